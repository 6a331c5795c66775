/**
 * Every way in which a rotation can fail: the HTTP status that the API answers with, a title for people, whether trying
 * again later can help, and what to do. The codes are part of the API and of the events: they don't change.
 */
export const ERRORS = {
  'request-invalid': e(422, 'The request is not valid', false, 'Correct the request as the detail says.'),
  'body-not-json': e(400, 'The body is not JSON', false, 'Send a JSON object, or no body.'),
  'body-too-large': e(413, 'The body is too large', false, 'Send at most 64 KiB.'),
  'media-type-unsupported': e(415, 'The body has another media type', false, 'Send application/json.'),
  'settings-invalid': e(422, 'The settings are not valid', false, 'Correct the fleet file and deploy again.'),
  'not-available': e(422, 'Not available in this version', false, 'Remove the setting, or use a version that has it.'),
  'credential-unknown': e(404, 'There is no such credential', false, 'List the credentials with GET /credentials.'),
  'rotation-unknown': e(
    404,
    'There is no such rotation',
    false,
    'Old versions are removed by Secrets Manager in time.',
  ),
  'rotation-in-progress': e(409, 'Another rotation is under way', true, 'Repeat the call after Retry-After.'),
  'too-soon': e(409, 'The last change is too recent', true, 'Repeat the call after Retry-After.'),
  frozen: e(409, 'Changes are frozen', false, 'Wait for the end of the freeze, or call again with "force": true.'),
  'connector-behind': e(
    409,
    'A connector holds another secret',
    true,
    'Make the connector reachable and rotate again.',
  ),
  'document-invalid': e(422, 'The stored value is not usable', false, 'Put a correct credential document.'),
  'pending-unknown': e(422, 'AWSPENDING is of an unknown format', false, 'Let the version that wrote it finish it.'),
  'client-not-found': e(422, 'The IAM has no such client', false, 'Compare the Client ID byte for byte; case counts.'),
  'client-not-usable': e(
    422,
    'The IAM client can not be used',
    false,
    'Correct the client in the IAM as the detail says.',
  ),
  'section-not-found': e(422, 'No section of this client', false, 'Enter the Client ID and URL in the connector once.'),
  'overlap-unsupported': e(422, 'The IAM can not overlap', false, "Set the client policy up, or use strategy 'auto'."),
  'rollback-impossible': e(422, 'There is no way back', false, 'Rotate forward instead.'),
  'iam-unavailable': e(502, 'The IAM does not answer as it should', true, 'Wait until the IAM is up again.'),
  'iam-timeout': e(504, 'The IAM did not answer in time', true, 'Wait until the IAM is up again.'),
  'iam-unauthorized': e(502, 'The IAM does not accept the rotator', false, "Correct the rotator's own client secret."),
  'iam-forbidden': e(502, 'The rotator lacks a permission', false, 'Grant view and manage on this client.'),
  'iam-not-found': e(502, 'The IAM has no such realm', false, 'Correct iam.adminUrl or the token URL.'),
  'iam-conflict': e(502, 'The IAM was busy with this client', true, 'Rotate again.'),
  'iam-unexpected': e(
    502,
    'The IAM answered something unknown',
    false,
    'Look at the detail; report it if it persists.',
  ),
  'iam-secret-not-held': e(502, 'The IAM did not keep the secret', true, 'See who else changes this client.'),
  'iam-overlap-lost': e(
    502,
    'The IAM ended the old secret early',
    true,
    'See whether the client policy still applies.',
  ),
  'token-refused': e(502, 'The IAM refuses the secret', true, "Follow the IAM's own words in the detail."),
  'token-not-ours': e(502, 'The token is for another client', false, 'See what answers at the token URL.'),
  'connector-unavailable': e(502, 'The connector does not answer', true, 'Make the connector reachable.'),
  'connector-timeout': e(504, 'The connector did not answer in time', true, 'Make the connector reachable.'),
  'connector-unauthorized': e(
    502,
    'The connector refuses the rotator',
    false,
    "Correct the connector's access secret.",
  ),
  'connector-not-found': e(502, 'There is no such configuration', false, "Correct the connector's url."),
  'connector-conflict': e(502, 'The configuration kept changing', true, 'See who else changes this configuration.'),
  'connector-mismatch': e(
    502,
    'The connector did not keep the secret',
    true,
    'Compare its configuration with the contract.',
  ),
  'connector-invalid': e(502, 'The connector breaks the contract', false, 'Run the conformance suite against it.'),
  'store-unavailable': e(502, 'Secrets Manager does not answer', true, 'Wait and rotate again.'),
  'store-throttled': e(
    503,
    'Secrets Manager is asked too often',
    true,
    'Rotate again in a minute; spread the schedules.',
  ),
  'store-forbidden': e(
    502,
    'Secrets Manager refuses the function',
    false,
    "Compare the function's role with the stack.",
  ),
  'schedule-unavailable': e(502, 'EventBridge Scheduler does not answer', true, 'Wait and rotate again.'),
  'schedule-throttled': e(503, 'EventBridge Scheduler is busy', true, 'Repeat the call after Retry-After.'),
  'lambda-throttled': e(503, 'Lambda is busy', true, 'Repeat the call after Retry-After.'),
  'secret-not-found': e(422, 'The secret does not exist', false, 'Create the secret that the detail names.'),
  'secret-deleted': e(422, 'The secret is scheduled for deletion', false, 'Restore it with RestoreSecret.'),
  'key-unusable': e(502, 'The KMS key can not be used', false, 'Enable the key that the detail names.'),
  'too-many-versions': e(
    502,
    'The secret has too many versions',
    true,
    'Wait a day: Secrets Manager removes old ones.',
  ),
  'access-secret-invalid': e(
    422,
    'An access secret is not usable',
    false,
    'Put the JSON document that the detail names.',
  ),
  'host-not-allowed': e(422, 'This address may not be called', false, 'Add the host to the context allowedHosts.'),
  'retire-failed': e(502, 'The old secret is still accepted', true, 'See who changes this client in the IAM.'),
  'not-at-rest': e(409, 'Something has to be put right first', false, 'Rotate by the schedule or the API once.'),
  'native-failed': e(502, 'Secrets Manager gave up', true, 'Look at the log of its steps, then rotate again.'),
  'internal-error': e(500, 'The program failed', true, 'Rotate again; report it if it persists.'),
  'out-of-time': e(504, 'The function ran out of time', true, 'Rotate again.'),
} as const satisfies Record<string, ErrorInfo>;

interface ErrorInfo {
  /** HTTP status of the API's problem. */
  readonly status: 400 | 404 | 409 | 413 | 415 | 422 | 500 | 502 | 503 | 504;
  readonly title: string;
  /** Whether the same call can succeed later without anybody's doing. */
  readonly retryable: boolean;
  /** What the reader should do. */
  readonly next: string;
}

export type ErrorCode = keyof typeof ERRORS;

/**
 * The one error of the domain and its ports. It carries facts only: never a body, a header or a secret, since loggers print
 * every enumerable field and every cause.
 */
export class RotationError extends Error {
  override readonly name = 'RotationError';
  readonly code: ErrorCode;
  /** Whole seconds after which a repeat makes sense, with `rotation-in-progress` and `too-soon`. */
  readonly retryAfter?: number;

  /** What to do, where that differs from what the code says. */
  readonly #next: string | undefined;

  /** Whether the run had changed something before it met this; null when an unanswered write leaves that open. */
  readonly changed: boolean | null;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { retryAfter?: number | undefined; changed?: boolean | null; next?: string | undefined } = {},
  ) {
    super(detail);
    this.code = code;
    this.changed = options.changed === undefined ? false : options.changed;
    this.#next = options.next;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  /** What the reader should do. */
  get next(): string {
    return this.#next ?? this.info.next;
  }

  get info(): ErrorInfo {
    return ERRORS[this.code];
  }
}

/** Whether an error is a {@link RotationError}, optionally with one of these codes. */
export function isRotationError(error: unknown, ...codes: ErrorCode[]): error is RotationError {
  return error instanceof RotationError && (codes.length === 0 || codes.includes(error.code));
}

function e<S extends ErrorInfo['status'], R extends boolean>(status: S, title: string, retryable: R, next: string) {
  return { status, title, retryable, next };
}

/** What a failure says of itself in a report; anything unforeseen tells its class only, since its text could hold a secret. */
export function describeError(error: unknown): { code: ErrorCode; detail: string; next: string } {
  if (isRotationError(error)) return { code: error.code, detail: error.message, next: error.next };
  const what = error instanceof Error ? errorName(error) : typeof error;
  return { code: 'internal-error', detail: `Unforeseen ${what}`, next: ERRORS['internal-error'].next };
}

/**
 * The name of an error, which says what kind it is. Clients take it from an answer: whoever answers can put any text there.
 *
 * @returns `unknown error` where the name doesn't have the form of one, and for what is no error
 */
export function errorName(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' && NAME.test(name) ? name : 'unknown error';
}

const NAME = /^([A-Z][A-Za-z]{2,60})?(Exception|Error|Failure)$/;
