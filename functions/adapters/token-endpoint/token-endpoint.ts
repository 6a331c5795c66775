import { decodeJwt } from 'jose';
import type { CredentialDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { Projection, TokenEndpoint, TokenResult } from '../../ports/token-endpoint.ts';
import { bearer } from '../http/authorization.ts';
import { HttpError } from '../http/connection/http-error.ts';
import { IAM_FAILURES } from '../http/failures.ts';
import type { Fetch } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { clientSecretBasic } from '../oauth/client-credentials.ts';
import { exchange, type Refusal } from '../oauth/token-request.ts';

/**
 * The token endpoint of an IAM, over HTTP. A request changes nothing and is repeated when the IAM is away for a moment.
 *
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export function tokenEndpoint({ fetch, sleep }: { fetch: Fetch; sleep: (ms: number) => Promise<void> }): TokenEndpoint {
  return {
    request: async (document) => {
      const { clientSecret, ...request } = document;
      const credentials = { ...request, authentication: clientSecretBasic(clientSecret) };
      const answer = await exchange(credentials, { fetch, sleep, codes: IAM_FAILURES, what: 'Token request' });
      if (answer.accessToken === undefined) return refusalOf(document, answer);
      assertOurs(document.clientId, answer.accessToken);
      return { accepted: true, accessToken: answer.accessToken };
    },
  };
}

function refusalOf({ clientId }: CredentialDocument, { refused, error, description }: Refusal): TokenResult {
  if (refused === 'secret') return { accepted: false, error, description };
  throw new RotationError('client-not-usable', `The IAM refuses the client ${clientId}: ${error}: ${description}`);
}

/**
 * Scopes are not compared: Keycloak grants what it doesn't name (*Include in token scope* off), and refuses what it doesn't grant.
 *
 * @throws {RotationError} `token-not-ours` when the token names another client
 */
function assertOurs(clientId: string, accessToken: Secret): void {
  const claims = claimsOf(accessToken);
  if ((claims?.azp ?? claims?.client_id) === clientId) return;
  throw new RotationError('token-not-ours', `The token for ${clientId} names another client, or none`);
}

/** The claims, not verified: the token comes straight from its issuer. */
function claimsOf(accessToken: Secret): Record<string, unknown> | undefined {
  try {
    return decodeJwt(accessToken.reveal());
  } catch {
    return undefined;
  }
}

/**
 * The address of the projection probe.
 *
 * @throws {RotationError} `settings-invalid` when the path leads to another host than the service URI's: the token goes there
 */
export function projectionUrl(serviceUri: string, probePath: string): string {
  const url = URL.canParse(probePath, serviceUri) ? new URL(probePath, serviceUri) : undefined;
  if (url && url.origin === new URL(serviceUri).origin && url.username === '') return url.href;
  throw new RotationError('settings-invalid', 'probePath leads away from the host of serviceUri');
}

/**
 * The projection probe over HTTP. Rows are not required: company data can rightly be empty.
 *
 * @param url the service URI with the probe's path
 */
export function projection(
  url: string,
  { fetch, sleep }: { fetch: Fetch; sleep: (ms: number) => Promise<void> },
): Projection {
  return {
    probe: async (accessToken) => {
      const headers = { authorization: bearer(accessToken), accept: 'application/json' };
      try {
        const { status } = await repeatRead(() => fetch(url, { method: 'GET', headers }), sleep);
        if (status >= 200 && status < 300) return 'ok';
        return status === 401 || status === 403 ? 'refused' : 'unavailable';
      } catch (error) {
        if (error instanceof HttpError) return 'unavailable';
        throw error;
      }
    },
  };
}
