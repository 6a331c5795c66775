import * as oauth from 'oauth4webapi';
import { isLoopback } from '../../functions/credential/address/addresses.ts';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import type { Change, SectionValues } from '../engine/contract.ts';
import { AgentError } from '../errors.ts';
import { bodyText } from '../host/body.ts';

const TIMEOUT_MS = 10_000;

/**
 * Asks for a token with what is about to be written, from this host. It is asked before anything is replaced: a secret that the IAM
 * refuses never reaches the connector, and no restart is spent on it.
 *
 * @param fetch honours the proxy and the certificates of the settings
 */
export function tokenCheck(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): (change: Change) => Promise<void> {
  return async (change) => {
    const distinct = new Map(
      [...change.values()].map((values) => [`${values.clientId} ${secretFingerprint(values.clientSecret)}`, values]),
    );
    for (const values of distinct.values()) await requestToken(values, fetch);
  };
}

/** @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4) */
async function requestToken(
  { accessTokenUrl, clientId, clientSecret, scopes }: SectionValues,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
) {
  const url = new URL(accessTokenUrl);
  const server = { issuer: url.origin, token_endpoint: url.href };
  const client = { client_id: clientId };
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(clientSecret.reveal()),
      new URLSearchParams(scopes ? { scope: scopes } : {}),
      {
        [oauth.allowInsecureRequests]: isLoopback(url.hostname),
        [oauth.customFetch]: (to: string, init: RequestInit) => fetch(to, init),
        signal: () => AbortSignal.timeout(TIMEOUT_MS),
      } as oauth.ClientCredentialsGrantRequestOptions,
    );
    await oauth.processClientCredentialsResponse(server, client, await readable(response));
  } catch (error) {
    throw refusalOf(error);
  }
}

/** The answer as far as it is read: no more of it than is held, and no ID token. */
async function readable(response: Response): Promise<Response> {
  const { ok, status, headers } = response;
  const text = (await bodyText(response)) ?? '';
  return new Response((ok ? withoutIdToken(text) : text) || null, { status, headers: [...headers] });
}

/** The ID token that Keycloak gives with the scope `openid` says who logged in. Nobody did, and nobody here reads it. */
function withoutIdToken(text: string): string {
  const { id_token: _, ...body } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(body);
}

/** The IAM's word for its refusal is one of a few; whatever else it says stays out. */
function refusalOf(error: unknown): AgentError {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) {
    const word =
      error instanceof oauth.ResponseBodyError && /^[a-z_]{1,40}$/.test(error.error) ? `, ${error.error}` : '';
    return new AgentError(
      'token-refused',
      `The token endpoint refuses the new secret (${error.status}${word}). Nothing was changed.`,
    );
  }
  return new AgentError(
    'token-endpoint-unavailable',
    'The token endpoint does not answer this host as it should. Nothing was changed.',
  );
}
