import { RotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import { bearer } from '../http/authorization.ts';
import { connectionFailure, IAM_FAILURES, statusFailure } from '../http/failures.ts';
import type { FetchInit } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { isAway } from './answer.ts';
import { adminToken, type KeycloakCredential, type SignInDeps } from './sign-in.ts';

/**
 * Calls the admin API. Reads are repeated, and what is said to be harmless; any other write is sent once, except after a 401,
 * which says that it was not carried out.
 */
export function adminApi(credential: KeycloakCredential, deps: SignInDeps) {
  let token: Promise<Secret> | undefined;
  /** A failure is kept for the first call, which tells it: the token endpoint is not asked twice for it. */
  const signIn = async (): Promise<void> => {
    token ??= adminToken(credential, deps, false);
    await token.catch(() => undefined);
  };
  const send = async (url: string, init: FetchInit, repeated: boolean): Promise<Response> => {
    token ??= adminToken(credential, deps, false);
    const headers = {
      authorization: bearer(await token),
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const once = () => deps.fetch(url, { ...init, headers });
    return await (repeated ? repeatRead(once, deps.sleep, isAway) : once());
  };
  const call = async (url: string, init: FetchInit, { repeated = init.method === 'GET' } = {}): Promise<Response> => {
    const what = `Keycloak, ${init.method} ${new URL(url).pathname}`;
    try {
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
