import { RotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { Credential, KeycloakSettings } from '../../credential/settings/credential.ts';
import type { Signer } from '../../ports/access/signer.ts';
import type { AccessSecrets } from '../../ports/access-secrets.ts';
import { IAM_FAILURES } from '../http/failures.ts';
import type { Fetch } from '../http/fetch.ts';
import { type ClientAuthentication, clientSecretBasic } from '../oauth/client-credentials.ts';
import { privateKeyJwt } from '../oauth/private-key-jwt.ts';
import { exchange, type Refusal } from '../oauth/token-request.ts';

/** A credential whose IAM is reached by its admin API. */
export interface KeycloakCredential extends Pick<Credential, 'accessTokenUrl'> {
  readonly iam: KeycloakSettings;
}

/** What the rotator signs in with. */
export interface SignInDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly accessSecrets: AccessSecrets;
  readonly signer: Signer;
  /**
   * Where the secret that is rotated is the rotator's own: those that a run which died may have left in the IAM, though the access
   * secret does not hold them. Asked for once every other was refused.
   *
   * @default - it is somebody else's
   */
  readonly ownSecrets?: (() => Promise<readonly Secret[]>) | undefined;
}

/**
 * Gets an access token for the admin API, as the client `iam.auth` of a credential.
 *
 * @param fresh whether a secret is read anew: one that is remembered was refused
 * @throws {RotationError} `iam-unauthorized` when the IAM refuses the rotator, `iam-clock-differs` when it does so since the clocks
 *   differ, and whatever reading the secret or signing throws
 */
export async function adminToken(credential: KeycloakCredential, deps: SignInDeps, fresh: boolean): Promise<Secret> {
  const { fetch, sleep } = deps;
  const { auth } = credential.iam;
  const accessTokenUrl = auth.accessTokenUrl ?? credential.accessTokenUrl;
  const what = `Token request of ${auth.clientId}`;
  const request = async (authentication: ClientAuthentication) => {
    const credentials = { accessTokenUrl, clientId: auth.clientId, authentication };
    return await exchange(credentials, { fetch, sleep, codes: IAM_FAILURES, what });
  };
  const stored = async (again: boolean) =>
    await request(await authenticationOf(auth, { accessTokenUrl, deps, fresh: again }));
  let answer = await stored(fresh);
  if (answer.accessToken === undefined && !fresh && 'secretId' in auth) answer = await stored(true);
  if (answer.accessToken !== undefined) return answer.accessToken;
  const own = answer.refused === 'secret' ? await deps.ownSecrets?.() : undefined;
  for (const secret of own ?? []) {
    const { accessToken } = await request(clientSecretBasic(secret));
    if (accessToken !== undefined) return accessToken;
  }
  throw 'kmsKeyId' in auth ? keyRefused(auth, answer, deps.now()) : refused(auth, answer);
}

type Auth = KeycloakSettings['auth'];

async function authenticationOf(
  auth: Auth,
  { accessTokenUrl, deps, fresh }: { accessTokenUrl: string; deps: SignInDeps; fresh: boolean },
): Promise<ClientAuthentication> {
  if ('kmsKeyId' in auth) {
    const sign = (message: string) => deps.signer.sign(auth.kmsKeyId, message);
    return privateKeyJwt(issuerOf(accessTokenUrl), { ...deps, sign });
  }
  const { clientSecret } = await deps.accessSecrets.read(auth.secretId, 'clientSecret', { fresh });
  return clientSecretBasic(clientSecret);
}

/**
 * The issuer of the realm that a token endpoint belongs to, which every release of Keycloak takes as the audience of an assertion. It
 * comes from the settings, never from an answer: whoever answers could name somebody else's.
 *
 * @returns the endpoint itself where it is not laid out as Keycloak's
 */
function issuerOf(accessTokenUrl: string): string {
  return accessTokenUrl.replace(/\/protocol\/openid-connect\/token$/, '');
}

function refused({ clientId }: Auth, { error, description }: Refusal, next?: string): RotationError {
  return new RotationError(
    'iam-unauthorized',
    `The IAM refuses the rotator ${clientId}: ${error}: ${description}`,
    next === undefined ? {} : { next },
  );
}

/** How far the clocks may differ: Keycloak takes an assertion that is up to a minute old. In milliseconds. */
const TAKEN_SKEW_MS = 30_000;

/** What Keycloak says of an assertion whose times it does not take. */
const ABOUT_TIME = /^(Client authentication with signed JWT failed: )?Token (is not active|was issued)/;

function keyRefused(auth: Auth, refusal: Refusal, now: Date): RotationError {
  const { description, answeredAt } = refusal;
  const skewMs = answeredAt ? answeredAt.getTime() - now.getTime() : 0;
  if (Math.abs(skewMs) <= TAKEN_SKEW_MS && !ABOUT_TIME.test(description)) {
    return refused(auth, refusal, `Give the client ${auth.clientId} the public key in the IAM: csr iam jwk prints it.`);
  }
  const apart = Math.round(Math.abs(skewMs) / 1000);
  const told = apart === 0 ? '' : `; the IAM is ${apart} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
  return new RotationError(
    'iam-clock-differs',
    `The IAM refuses the rotator ${auth.clientId}, since the clocks differ${told}: ${description}`,
  );
}
