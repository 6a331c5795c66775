/** Every way in which a rotation can fail. The codes are part of the API and of the events: they don't change. */
export const ERRORS = {
  'request-invalid': {
    title: 'The request is not valid',
    retryable: false,
    next: 'Correct the request as the detail says.',
  },
  'body-not-json': { title: 'The body is not JSON', retryable: false, next: 'Send a JSON object, or no body.' },
  'body-too-large': { title: 'The body is too large', retryable: false, next: 'Send at most 64 KiB.' },
  'media-type-unsupported': {
    title: 'The body has another media type',
    retryable: false,
    next: 'Send application/json.',
  },
  'caller-unknown': {
    title: 'Nobody knows who calls',
    retryable: false,
    next: "Sign the call, or bring a token, as the deployment's authorizer demands.",
  },
  'settings-invalid': {
    title: 'The settings are not valid',
    retryable: false,
    next: 'Correct the fleet file and deploy again.',
  },
  'not-available': {
    title: 'Not available in this version',
    retryable: false,
    next: 'Remove the setting, or use a version that has it.',
  },
  'credential-unknown': {
    title: 'There is no such credential',
    retryable: false,
    next: 'List the credentials with GET /credentials.',
  },
  'rotation-unknown': {
    title: 'There is no such rotation',
    retryable: false,
    next: 'Old versions are removed by Secrets Manager in time.',
  },
  'rotation-in-progress': {
    title: 'Another rotation is under way',
    retryable: true,
    next: 'Repeat the call after Retry-After.',
  },
  'fleet-rotation-in-progress': {
    title: 'Another rotation of many is under way',
    retryable: true,
    next: 'Follow it to its end, or end it with DELETE /rotations/{executionId}. Then repeat the call.',
  },
  'too-soon': { title: 'The last change is too recent', retryable: true, next: 'Repeat the call after Retry-After.' },
  frozen: {
    title: 'Changes are frozen',
    retryable: false,
    next: 'Wait for the end of the freeze, or call again with "force": true.',
  },
  'connector-behind': {
    title: 'A connector holds another secret',
    retryable: true,
    next: 'Make the connector reachable and rotate again.',
  },
  'document-invalid': {
    title: 'The stored value is not usable',
    retryable: false,
    next: 'Put a correct credential document.',
  },
  'pending-unknown': {
    title: 'AWSPENDING is of an unknown format',
    retryable: false,
    next: 'Let the version that wrote it finish it.',
  },
  'client-not-found': {
    title: 'The IAM has no such client',
    retryable: false,
    next: 'Compare the Client ID byte for byte; case counts.',
  },
  'client-not-usable': {
    title: 'The IAM client cannot be used',
    retryable: false,
    next: 'Correct the client in the IAM as the detail says.',
  },
  'section-not-found': {
    title: 'No section of this client',
    retryable: false,
    next: 'Enter the Client ID and URL in the connector once.',
  },
  'overlap-unsupported': {
    title: 'The IAM cannot overlap',
    retryable: false,
    next: "Set the client policy up, or use strategy 'auto'.",
  },
  'rollback-impossible': { title: 'A rollback is not possible', retryable: false, next: 'Rotate forward instead.' },
  'iam-unavailable': {
    title: 'The IAM does not answer as it should',
    retryable: true,
    inDoubt: true,
    next: 'Wait until the IAM is up again.',
  },
  'iam-timeout': {
    title: 'The IAM did not answer in time',
    retryable: true,
    inDoubt: true,
    next: 'Wait until the IAM is up again.',
  },
  'iam-unauthorized': {
    title: 'The IAM does not accept the rotator',
    retryable: false,
    next: "Correct the rotator's own client secret.",
  },
  'iam-clock-differs': {
    title: 'The clocks of the IAM and of the rotator differ',
    retryable: false,
    next: "Set the clock of the IAM's servers by a time server.",
  },
  'iam-forbidden': {
    title: 'The rotator lacks a permission',
    retryable: false,
    next: 'Grant view and manage on this client.',
  },
  'iam-not-found': {
    title: 'The IAM has no such realm',
    retryable: false,
    next: 'Correct iam.adminUrl or the token URL.',
  },
  'iam-conflict': { title: 'The IAM was busy with this client', retryable: true, next: 'Rotate again.' },
  'iam-unexpected': {
    title: 'The IAM answered something unknown',
    retryable: false,
    inDoubt: true,
    next: 'Look at the detail; report it if it persists.',
  },
  'iam-secret-not-held': {
    title: 'The IAM did not keep the secret',
    retryable: true,
    next: 'See who else changes this client.',
  },
  'iam-overlap-lost': {
    title: 'The IAM ended the old secret early',
    retryable: true,
    next: 'See whether the client policy still applies.',
  },
  'token-refused': {
    title: 'The IAM refuses the secret',
    retryable: true,
    next: "Follow the IAM's own words in the detail.",
  },
  'token-not-ours': {
    title: 'The token is for another client',
    retryable: false,
    next: 'See what answers at the token URL.',
  },
  'connector-unavailable': {
    title: 'The connector does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Make the connector reachable.',
  },
  'connector-timeout': {
    title: 'The connector did not answer in time',
    retryable: true,
    inDoubt: true,
    next: 'Make the connector reachable.',
  },
  'connector-unauthorized': {
    title: 'The connector refuses the rotator',
    retryable: false,
    next: "Correct the connector's access secret.",
  },
  'connector-not-found': {
    title: 'There is no such configuration',
    retryable: false,
    next: "Correct the connector's url.",
  },
  'connector-conflict': {
    title: 'The configuration kept changing',
    retryable: true,
    next: 'See who else changes this configuration.',
  },
  'connector-mismatch': {
    title: 'The connector did not keep the secret',
    retryable: true,
    next: 'Compare its configuration with the contract.',
  },
  'connector-invalid': {
    title: 'The connector breaks the contract',
    retryable: false,
    next: 'Run the conformance suite against it.',
  },
  'connector-unproven': {
    title: 'The connector has not loaded the secret',
    retryable: true,
    inDoubt: true,
    next: 'See why the connector was not restarted.',
  },
  'connector-unknown': {
    title: 'The credential has no such connector',
    retryable: false,
    next: 'Name one of the connectors in the settings.',
  },
  'connector-not-manual': {
    title: 'This connector is not entered by hand',
    retryable: false,
    next: 'Nothing is to be done: the rotator reads this connector itself.',
  },
  'version-not-current': {
    title: 'This version is not the current one',
    retryable: false,
    next: 'Enter the current version, and acknowledge that one.',
  },
  'attendance-required': {
    title: 'A person has to be at hand',
    retryable: false,
    next: 'Call again with "attended": true when somebody is ready to enter the secret.',
  },
  'awaiting-person': {
    title: 'A person has to act',
    retryable: true,
    next: 'Do what the task says.',
  },
  'submission-needed': {
    title: 'No known secret is accepted',
    retryable: true,
    next: "Refresh the client's secret in the IAM and submit it at once.",
  },
  'submission-refused': {
    title: 'The submitted secret was not taken',
    retryable: false,
    next: 'Copy the secret from the IAM again, and submit it.',
  },
  'tasks-unavailable': {
    title: 'The table of tasks does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Wait and rotate again.',
  },
  'tasks-throttled': {
    title: 'The table of tasks is busy',
    retryable: true,
    next: 'Rotate again in a minute.',
  },
  'ledger-unavailable': {
    title: 'The ledger does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Repeat the call, or call without Idempotency-Key and Prefer.',
  },
  'ledger-throttled': { title: 'The ledger is busy', retryable: true, next: 'Repeat the call after Retry-After.' },
  'idempotency-key-reused': {
    title: 'The key belongs to another request',
    retryable: false,
    next: 'Use a new Idempotency-Key for a new request.',
  },
  'events-unavailable': {
    title: 'EventBridge does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Wait: the next run announces it again.',
  },
  'store-unavailable': {
    title: 'Secrets Manager does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Wait and rotate again.',
  },
  'store-throttled': {
    title: 'Secrets Manager is asked too often',
    retryable: true,
    next: 'Rotate again in a minute; spread the schedules.',
  },
  'store-forbidden': {
    title: 'Secrets Manager refuses the function',
    retryable: false,
    next: "Compare the function's role with the stack.",
  },
  'store-account-refused': {
    title: 'The role of another account cannot be assumed',
    retryable: false,
    next: 'See that the role exists, trusts this account, and asks for the external id of the settings.',
  },
  'store-account-unavailable': {
    title: 'STS does not answer',
    retryable: true,
    next: 'Wait and rotate again.',
  },
  'schedule-unavailable': {
    title: 'EventBridge Scheduler does not answer',
    retryable: true,
    next: 'Wait and rotate again.',
  },
  'schedule-throttled': {
    title: 'EventBridge Scheduler is busy',
    retryable: true,
    next: 'Repeat the call after Retry-After.',
  },
  'lambda-throttled': { title: 'Lambda is busy', retryable: true, next: 'Repeat the call after Retry-After.' },
  'executions-unavailable': {
    title: 'Step Functions does not answer',
    retryable: true,
    inDoubt: true,
    next: 'Repeat the call with the same Idempotency-Key: what has begun is not begun again.',
  },
  'executions-throttled': {
    title: 'Step Functions is busy',
    retryable: true,
    next: 'Repeat the call after Retry-After.',
  },
  'secret-not-found': {
    title: 'The secret does not exist',
    retryable: false,
    next: 'Create the secret that the detail names.',
  },
  'secret-deleted': {
    title: 'The secret is scheduled for deletion',
    retryable: false,
    next: 'Restore it with RestoreSecret.',
  },
  'key-unusable': {
    title: 'The KMS key cannot be used',
    retryable: false,
    next: 'Enable the key that the detail names.',
  },
  'signer-unusable': {
    title: "The rotator's signing key cannot be used",
    retryable: false,
    next: 'Correct iam.auth.kmsKeyId or the key as the detail says.',
  },
  'signer-unavailable': {
    title: 'AWS KMS does not answer',
    retryable: true,
    next: 'Wait and rotate again.',
  },
  'signer-throttled': {
    title: 'AWS KMS is asked too often',
    retryable: true,
    next: 'Rotate again in a minute; spread the schedules.',
  },
  'too-many-versions': {
    title: 'The secret has too many versions',
    retryable: true,
    next: 'Wait a day: Secrets Manager removes old ones.',
  },
  'access-secret-invalid': {
    title: 'An access secret is not usable',
    retryable: false,
    next: 'Put the JSON document that the detail names.',
  },
  'host-not-allowed': {
    title: 'This address may not be called',
    retryable: false,
    next: 'Add the host to the context allowedHosts, or set privateTargets where its address is a private one.',
  },
  'server-certificate-untrusted': {
    title: 'The certificate of the other side is not trusted',
    retryable: false,
    next: 'Put the authority that issued it into ca of the access secret that tls names, as PEM.',
  },
  'server-certificate-expired': {
    title: 'The certificate of the other side has expired',
    retryable: false,
    next: 'Renew the certificate of that host; where its authority has expired, put the new one into ca of the access secret.',
  },
  'server-certificate-mismatch': {
    title: 'The certificate is for another host',
    retryable: false,
    next: 'Correct the host in the settings, or give that host a certificate with its name.',
  },
  'client-certificate-refused': {
    title: 'A client certificate is missing or refused',
    retryable: false,
    next: 'Put a certificate that the host accepts, with its privateKey, into the access secret that tls names.',
  },
  'client-certificate-invalid': {
    title: 'The client certificate cannot be used',
    retryable: false,
    next: 'Put a valid certificate, and the privateKey that belongs to it, into the access secret that the detail names.',
  },
  'tls-failed': {
    title: 'There is no TLS in common',
    retryable: false,
    next: 'Offer TLS 1.2 or 1.3 at that port.',
  },
  'proxy-unauthorized': {
    title: 'The proxy asks for other credentials',
    retryable: false,
    next: "Put the proxy's user into its access secret, and name that in the context proxy.",
  },
  'proxy-unavailable': {
    title: 'The proxy makes no connection',
    retryable: true,
    next: 'See whether the proxy is up, and whether its rules allow this host and port.',
  },
  'retire-failed': {
    title: 'The old secret is still accepted',
    retryable: true,
    next: 'See who changes this client in the IAM.',
  },
  'not-at-rest': {
    title: 'Something has to be put right first',
    retryable: false,
    next: 'Rotate by the schedule or the API once.',
  },
  'native-failed': {
    title: 'Secrets Manager gave up',
    retryable: true,
    next: 'Look at the log of its steps, then rotate again.',
  },
  'internal-error': { title: 'The program failed', retryable: true, next: 'Rotate again; report it if it persists.' },
  'out-of-time': { title: 'The function ran out of time', retryable: true, next: 'Rotate again.' },
} as const satisfies Record<string, ErrorInfo>;

interface ErrorInfo {
  /** For people. */
  readonly title: string;
  /** Whether the same call can succeed later without anybody's doing. */
  readonly retryable: boolean;
  /** A write that fails like this may have been carried out all the same. @default false */
  readonly inDoubt?: boolean;
  /** What the reader should do. */
  readonly next: string;
}

export type ErrorCode = keyof typeof ERRORS;

/** These say for certain that a request never got where it could be carried out. */
export const NEVER_SENT = [
  'host-not-allowed',
  'server-certificate-untrusted',
  'server-certificate-expired',
  'server-certificate-mismatch',
  'client-certificate-refused',
  'client-certificate-invalid',
  'tls-failed',
  'proxy-unauthorized',
  'proxy-unavailable',
] as const satisfies readonly ErrorCode[];

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

  /** The place of the fault in the request, with `request-invalid`: a JSON Pointer. */
  readonly pointer?: string;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      retryAfter?: number | undefined;
      changed?: boolean | null;
      next?: string | undefined;
      pointer?: string;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.changed = options.changed === undefined ? false : options.changed;
    this.#next = options.next;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.pointer !== undefined) this.pointer = options.pointer;
  }

  /** What the reader should do. */
  get next(): string {
    return this.#next ?? this.info.next;
  }

  /** Whether a write that failed like this may have been carried out all the same. */
  get inDoubt(): boolean {
    return this.info.inDoubt ?? false;
  }

  get info(): ErrorInfo {
    return ERRORS[this.code];
  }
}

/** Whether an error is a {@link RotationError}, optionally with one of these codes. */
export function isRotationError(error: unknown, ...codes: ErrorCode[]): error is RotationError {
  return error instanceof RotationError && (codes.length === 0 || codes.includes(error.code));
}

/** What a failure says of itself in a report; anything unforeseen tells its class only, since its text could hold a secret. */
export function describeError(error: unknown): { code: ErrorCode; detail: string; next: string } {
  if (isRotationError(error)) return { code: error.code, detail: error.message, next: error.next };
  const what = error instanceof Error ? errorName(error) : typeof error;
  return { code: 'internal-error', detail: `Unforeseen ${what}`, next: ERRORS['internal-error'].next };
}

const NAME = /^([A-Z][A-Za-z]{2,60})?(Exception|Error|Failure)$/;

/**
 * The name of an error, which says what kind it is. Clients take it from an answer: whoever answers can put any text there.
 *
 * @returns `unknown error` where the name doesn't have the form of one, and for what is no error
 */
export function errorName(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' && NAME.test(name) ? name : 'unknown error';
}
