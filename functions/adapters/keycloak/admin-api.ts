import { RotationError } from '../../credential/errors.ts';
import type { Credential, KeycloakSettings } from '../../credential/settings/credential.ts';
import type { AccessSecrets } from '../../ports/access-secrets.ts';
import { connectionFailure, IAM_FAILURES, statusFailure } from '../http/failures.ts';
import type { Fetch, FetchInit } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { exchange } from '../oauth/token-request.ts';
import { isAway } from './answer.ts';

/** A credential whose IAM is reached by its admin API. */
export interface KeycloakCredential extends Pick<Credential, 'accessTokenUrl'> {
  readonly iam: KeycloakSettings;
}

/** How the admin API is reached. */
export interface AdminApiDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly accessSecrets: AccessSecrets;
}

/**
 * Calls the admin API. Reads are repeated, and what is said to be harmless; any other write is sent once, except after a 401,
 * which says that it was not carried out.
 */
export function adminApi(credential: KeycloakCredential, deps: AdminApiDeps) {
  let token: Promise<string> | undefined;
  /** A failure is kept for the first call, which tells it: the token endpoint is not asked twice for it. */
  const signIn = async (): Promise<void> => {
    token ??= adminToken(credential, deps, false);
    await token.catch(() => undefined);
  };
  const send = async (url: string, init: FetchInit, repeated: boolean): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${await token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const once = () => deps.fetch(url, { ...init, headers });
    return await (repeated ? repeatRead(once, deps.sleep, isAway) : once());
  };
  const call = async (url: string, init: FetchInit, { repeated = init.method === 'GET' } = {}): Promise<Response> => {
    const what = `Keycloak, ${init.method} ${new URL(url).pathname}`;
    try {
      token ??= adminToken(credential, deps, false);
      let response = await send(url, init, repeated);
      if (response.status === 401) {
        token = adminToken(credential, deps, true);
        response = await send(url, init, repeated);
      }
      if (await isAway(response, { repeated })) throw away(response, what);
      if (!response.ok) throw statusFailure(IAM_FAILURES, response, what);
      return response;
    } catch (error) {
      token = undefined;
      throw connectionFailure(IAM_FAILURES, error, what);
    }
  };
  return { call, signIn };
}

function away({ status }: Response, what: string): RotationError {
  return new RotationError('iam-unavailable', `${what}: HTTP ${status}, and not Keycloak's own word`);
}

async function adminToken(
  { iam, accessTokenUrl }: KeycloakCredential,
  { fetch, sleep, accessSecrets }: AdminApiDeps,
  fresh: boolean,
): Promise<string> {
  const { auth } = iam;
  const request = async (again: boolean) => {
    const { clientSecret } = await accessSecrets.read(auth.secretId, 'clientSecret', { fresh: again });
    const credentials = {
      accessTokenUrl: auth.accessTokenUrl ?? accessTokenUrl,
      clientId: auth.clientId,
      clientSecret,
    };
    return await exchange(credentials, {
      fetch,
      sleep,
      codes: IAM_FAILURES,
      what: `Token request of ${auth.clientId}`,
    });
  };
  let answer = await request(fresh);
  if (answer.accessToken === undefined && !fresh) answer = await request(true);
  if (answer.accessToken !== undefined) return answer.accessToken;
  throw new RotationError(
    'iam-unauthorized',
    `The IAM refuses the rotator ${auth.clientId}: ${answer.error}: ${answer.description}`,
  );
}
