import { decodeJwt } from 'jose';
import type { TokenResponse } from '../http/client-credentials.ts';
import { type Fetch, HttpError } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import type { CredentialDocument } from '../rotation/document.ts';
import { RotationError } from '../rotation/errors.ts';
import { IAM_FAILURES } from './failures.ts';
import { exchange } from './token-request.ts';

/** The token endpoint's answer to a client-credentials request. */
export type TokenResult =
  | { readonly accepted: true; readonly accessToken: string }
  | { readonly accepted: false; readonly error: string; readonly description: string };

/** Where the credential is put to the test. */
export interface TokenEndpoint {
  /**
   * One client-credentials request with the document's four values.
   *
   * @returns whether the *secret* was accepted. Only a refusal of the secret is a refusal: everything else throws.
   * @throws {RotationError} `iam-unavailable` or `iam-timeout` when the IAM is down, which never means "wrong secret";
   *   `client-not-usable` when it refuses the client as such; `token-not-ours` when the token is for another client or scope
   */
  request(document: CredentialDocument): Promise<TokenResult>;
}

/** The IFS projection that the connector reads first. */
export interface Projection {
  /** Reads the projection list with a token: 401 and 403 are a missing grant, which no rotation cures. */
  probe(accessToken: string): Promise<'ok' | 'refused' | 'unavailable'>;
}

/** Keycloak's words for a secret that is wrong or past its expiry. With others it refuses the client as such. */
const WRONG_SECRET = 'Invalid client or Invalid client credentials';

/**
 * The token endpoint of an IAM, over HTTP. A request changes nothing and is repeated when the IAM is away for a moment.
 *
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export function tokenEndpoint({ fetch, sleep }: { fetch: Fetch; sleep: (ms: number) => Promise<void> }): TokenEndpoint {
  return {
    request: async (document) => {
      const answer = await exchange(document, { fetch, sleep, codes: IAM_FAILURES, what: 'Token request' });
      if (answer.accessToken === undefined) return refusalOf(document, answer);
      assertOurs(document, answer);
      return { accepted: true, accessToken: answer.accessToken };
    },
  };
}

function refusalOf({ clientId }: CredentialDocument, answer: Extract<TokenResponse, { error: string }>): TokenResult {
  const { error, description } = answer;
  if (error === 'unauthorized_client' && description === WRONG_SECRET) return { accepted: false, error, description };
  throw new RotationError('client-not-usable', `The IAM refuses the client ${clientId}: ${error}: ${description}`);
}

/** @throws {RotationError} `token-not-ours` when the token names another client, or lacks a scope that was asked for */
function assertOurs(
  { clientId, scope }: CredentialDocument,
  token: Extract<TokenResponse, { accessToken: string }>,
): void {
  const claims = claimsOf(token.accessToken);
  const client = claims?.azp ?? claims?.client_id;
  if (client !== clientId)
    throw new RotationError('token-not-ours', `The token for ${clientId} names another client, or none`);
  const granted = (token.scope || String(claims?.scope ?? '')).split(' ');
  const missing = scope.split(' ').filter((one) => !granted.includes(one));
  if (missing.length > 0)
    throw new RotationError('token-not-ours', `The token for ${clientId} lacks the scope ${missing.join(' ')}`);
}

/** The claims, not verified: the token comes straight from its issuer. */
function claimsOf(accessToken: string): Record<string, unknown> | undefined {
  try {
    return decodeJwt(accessToken);
  } catch {
    return undefined;
  }
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
      const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
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
