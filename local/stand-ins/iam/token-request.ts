import type { Client } from './client.ts';
import { judgeAssertion, subjectOf } from './client-assertion.ts';
import type { IamEngine } from './engine.ts';
import { adminError, cannotAuthenticate, invalidCredentials, oauthError } from './errors.ts';
import { isRotatedExpired, isSecretExpired, rotatedSecret } from './secret-rotation.ts';

/** A token request that was granted. */
export interface Grant {
  readonly client: Client;
  /** What was asked for, and the client's default scopes, without those that a token doesn't name. */
  readonly scope: string;
}

/** How a client proves itself at the token endpoint. */
interface ClientProof {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly method: 'client_secret_basic' | 'client_secret_post';
  readonly assertionType: string | undefined;
  readonly assertion: string | undefined;
}

/** Where a client proves itself. */
interface Place {
  readonly realm: string;
  readonly tokenUrl: string;
}

const METHOD_ATTRIBUTE = 'client.secret.authentication.allowed.method';

/**
 * Judges a client-credentials token request as Keycloak does.
 *
 * @param request its body is read
 * @throws {KeycloakError} with Keycloak's own status and body when it is refused
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export async function judgeTokenRequest(engine: IamEngine, realmName: string, request: Request): Promise<Grant> {
  const realm = engine.findRealm(realmName);
  if (!realm) throw adminError(404, 'Realm does not exist');
  if (!realm.enabled) throw oauthError(403, 'access_denied', 'Realm not enabled');
  if (realm.release === '22.0' && !isForm(request)) {
    throw adminError(415, 'RESTEASY003065: Cannot consume content type');
  }
  const form = await formOf(request);
  const grantType = form.get('grant_type');
  if (grantType === null) throw oauthError(400, 'invalid_request', 'Missing form parameter: grant_type');
  const client = await authenticate(engine, { realm: realmName, tokenUrl: request.url }, proofOf(request, form));
  if ([...form.keys()].some((name) => form.getAll(name).length > 1)) {
    throw oauthError(400, 'invalid_request', 'duplicated parameter');
  }
  if (grantType !== 'client_credentials') throw oauthError(400, 'unsupported_grant_type', 'Unsupported grant_type');
  refuseUnusable(client);
  return { client, scope: grantedScope(client, form.get('scope') ?? '', realm.hiddenScopes) };
}

/**
 * Whether a secret logs a client in: the current one, or the rotated one while its time lasts, and neither once the current
 * one is past its expiry.
 *
 * @throws {KeycloakError} 400 when the rotated secret's expiration time isn't a number
 */
export function acceptsSecret(client: Client, secret: string, nowSeconds: number): boolean {
  if (isSecretExpired(client, nowSeconds)) return false;
  if (secret === client.secret) return true;
  const rotated = rotatedSecret(client);
  return rotated !== undefined && !rotatedHasEnded(client, nowSeconds) && secret === rotated;
}

async function authenticate(engine: IamEngine, place: Place, proof: ClientProof): Promise<Client> {
  const { clientId, secret, method } = proof;
  const client = clientId === undefined ? undefined : engine.findClient(place.realm, clientId);
  if (!client?.enabled) throw invalidCredentials('invalid_client');
  if (client.publicClient) return client;
  if (client.clientAuthenticatorType !== 'client-secret') {
    await authenticateByKey(engine, place, { client, ...proof });
    return client;
  }
  const allowed = client.attributes[METHOD_ATTRIBUTE];
  const asked = engine.findRealm(place.realm)?.release === '26.7' ? allowed : undefined;
  if (asked && asked !== method) throw wrongMethod(asked);
  if (secret === undefined || !acceptsSecret(client, secret, engine.nowSeconds)) {
    throw invalidCredentials('unauthorized_client');
  }
  return client;
}

async function authenticateByKey(
  engine: IamEngine,
  { realm, tokenUrl }: Place,
  { client, assertionType, assertion }: ClientProof & { readonly client: Client },
): Promise<void> {
  if (assertionType === undefined) {
    throw oauthError(400, 'invalid_client', 'Parameter client_assertion_type is missing');
  }
  if (assertion === undefined) throw oauthError(400, 'invalid_client', 'client_assertion parameter missing');
  await judgeAssertion(client, assertion, {
    release: engine.realm(realm).release,
    nowSeconds: engine.nowSeconds,
    audiences: [tokenUrl.replace(/\/protocol\/openid-connect\/token$/, ''), tokenUrl],
    isUsed: (jti, until) => engine.isAssertionUsed(realm, jti, until),
  });
}

function rotatedHasEnded(client: Client, nowSeconds: number): boolean {
  try {
    return isRotatedExpired(client, nowSeconds);
  } catch {
    throw cannotAuthenticate();
  }
}

function refuseUnusable(client: Client): void {
  if (client.publicClient) {
    throw oauthError(401, 'unauthorized_client', 'Public client not allowed to retrieve service account');
  }
  if (!client.serviceAccountsEnabled) {
    throw oauthError(401, 'unauthorized_client', 'Client not enabled to retrieve service account');
  }
  if (!client.serviceAccountUserEnabled) {
    throw oauthError(401, 'invalid_request', `User 'service-account-${client.clientId.toLowerCase()}' disabled`);
  }
}

function grantedScope(
  { defaultClientScopes, optionalClientScopes }: Client,
  asked: string,
  hidden: ReadonlySet<string>,
): string {
  const scopes = asked.split(' ').filter(Boolean);
  const known = ['openid', ...optionalClientScopes, ...defaultClientScopes];
  if (scopes.some((scope) => !known.includes(scope))) {
    throw oauthError(400, 'invalid_scope', `Invalid scopes: ${asked}`);
  }
  return [...new Set([...scopes, ...defaultClientScopes])].filter((scope) => !hidden.has(scope)).join(' ');
}

/** A body of another content type has no parameters. */
async function formOf(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(isForm(request) ? await request.text() : '');
}

function isForm({ headers }: Request): boolean {
  return headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
}

/** Basic goes first; a header that can't be read counts as absent. Both of its parts are form-urlencoded (RFC 6749 §2.3.1). */
function proofOf(request: Request, form: URLSearchParams): ClientProof {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const sent = (name: string) => form.get(name) ?? undefined;
  const [assertionType, assertion] = [sent('client_assertion_type'), sent('client_assertion')];
  const signed = { assertionType, assertion };
  if (id !== undefined && secret !== undefined) {
    return { clientId: formDecoded(id), secret: formDecoded(secret), method: 'client_secret_basic', ...signed };
  }
  const clientId = sent('client_id') ?? (assertion === undefined ? undefined : subjectOf(assertion));
  return { clientId, secret: sent('client_secret'), method: 'client_secret_post', ...signed };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw cannotAuthenticate();
  }
}

function wrongMethod(allowed: string) {
  return oauthError(
    401,
    'unauthorized_client',
    `Invalid method used to get client secret. Client requires method '${allowed}' to obtain client secret from the request`,
  );
}
