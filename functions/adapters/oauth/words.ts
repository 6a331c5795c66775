/** What a refusal of a token request is about. */
export type Blame = 'secret' | 'client' | 'server';

/** Error codes that are registered (RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5), and Keycloak's own for "something failed". */
const REGISTERED = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
  'unknown_error',
]);

/** Codes that say something of the server, and nothing of who asked. */
const OF_SERVER = new Set(['server_error', 'temporarily_unavailable', 'slow_down', 'unknown_error']);

const OTHER_METHOD = (method: string) =>
  `Invalid method used to get client secret. Client requires method '${method}' to obtain client secret from the request`;

/** What Keycloak says of an assertion that it does not take: some releases say it behind {@link ASSERTION_FAILED}. */
const OF_ASSERTIONS = [
  'Invalid signature algorithm',
  'Invalid token audience',
  'Signature on JWT token failed validation',
  'Token is not active',
  'Token reuse detected',
  'Token was issued in the future',
  'Token was issued too far in the past to be used now',
  'Unable to load public key',
  'invalid signature algorithm',
];

const ASSERTION_FAILED = 'Client authentication with signed JWT failed: ';

/** Keycloak's sentences, from the oldest supported release on, that are told as they are. Any other could hold anything. */
const SENTENCES: Readonly<Record<string, Blame>> = {
  'Invalid client or Invalid client credentials': 'secret',
  'Invalid client credentials': 'secret',
  'Invalid client secret': 'secret',
  'Client not enabled to retrieve service account': 'client',
  'Public client not allowed to retrieve service account': 'client',
  'Parameter client_assertion_type is missing': 'client',
  ...Object.fromEntries(
    OF_ASSERTIONS.flatMap((words) => [words, `${ASSERTION_FAILED}${words}`]).map((words) => [words, 'client' as const]),
  ),
  [OTHER_METHOD('client_secret_basic')]: 'client',
  [OTHER_METHOD('client_secret_post')]: 'client',
  'Realm not enabled': 'client',
  'Unsupported grant_type': 'client',
  'Missing form parameter: grant_type': 'client',
  'duplicated parameter': 'client',
  'Unexpected error when authenticating client': 'server',
  'Duplicate resource error': 'server',
  'For more on this error consult the server log.': 'server',
};

/** An error as a server sent it, and who asked for what. */
export interface OAuthError {
  readonly status: number;
  readonly error: string;
  readonly description: string | undefined;
  readonly clientId: string;
  readonly scope?: string;
}

/**
 * Whom an error blames. The caller has seen that the client is usable, so whatever refuses its credentials refuses its secret: the
 * words differ by release and language. Only known words blame the client as such.
 *
 * @returns undefined when the error is not one of OAuth's: then it is not the authorization server's word
 */
export function blameOf(error: OAuthError): Blame | undefined {
  if (!REGISTERED.has(error.error)) return undefined;
  const known = sentenceOf(error);
  if (OF_SERVER.has(error.error) || known === 'server') return 'server';
  if (known === 'client') return 'client';
  return known === 'secret' || refusesCredentials(error) ? 'secret' : 'client';
}

/** The registered code, or how long the other one is. No free text of another system is ever told. */
export function toldError(error: string): string {
  return REGISTERED.has(error) ? error : `an unregistered error of ${error.length} characters`;
}

/** Keycloak's own sentence, or how long the text is. */
export function toldDescription(error: OAuthError): string {
  const { description } = error;
  if (description === undefined) return 'no description';
  return sentenceOf(error) ? description : `a description of ${description.length} characters`;
}

function refusesCredentials({ status, error }: OAuthError): boolean {
  return error === 'invalid_client'
    ? status === 400 || status === 401
    : error === 'unauthorized_client' && status === 401;
}

function sentenceOf({ description, clientId, scope }: OAuthError): Blame | undefined {
  if (description === undefined) return undefined;
  if (description === `Invalid scopes: ${scope}`) return 'client';
  if (description === `User 'service-account-${clientId.toLowerCase()}' disabled`) return 'client';
  return Object.hasOwn(SENTENCES, description) ? SENTENCES[description] : undefined;
}
