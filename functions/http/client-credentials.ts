import * as oauth from 'oauth4webapi';
import type { Fetch } from './fetch.ts';

/** What a client-credentials request needs. */
export interface ClientCredentials {
  readonly accessTokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

/** A token, or the error that the authorization server named. */
export type TokenResponse =
  | { readonly accessToken: string; readonly expiresIn: number; readonly scope: string; readonly error?: never }
  | { readonly error: string; readonly description: string; readonly accessToken?: never };

/**
 * Sends a client-credentials request; the client authenticates by HTTP Basic, which every server has to support.
 *
 * @returns the raw response: see {@link parseTokenResponse}
 * @see [RFC 6749 §4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2), [§2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
 */
export async function requestToken(fetch: Fetch, credentials: ClientCredentials): Promise<Response> {
  const { server, client } = parties(credentials);
  const parameters = new URLSearchParams(credentials.scope === undefined ? {} : { scope: credentials.scope });
  return await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(credentials.clientSecret),
    parameters,
    {
      // Plain http is decided on where it is called: in `restrictFetch`.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (url, { method, headers, body }) => fetch(url, { method, headers, body: String(body) }),
    },
  );
}

/**
 * Reads a token endpoint's response.
 *
 * @returns undefined when it is neither a token nor an OAuth error
 * @see [RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)
 */
export async function parseTokenResponse(
  credentials: ClientCredentials,
  response: Response,
): Promise<TokenResponse | undefined> {
  const { server, client } = parties(credentials);
  try {
    const token = await oauth.processClientCredentialsResponse(server, client, await withoutIdToken(response));
    if (token.token_type !== 'bearer') return undefined;
    return { accessToken: token.access_token, expiresIn: token.expires_in ?? 0, scope: token.scope ?? '' };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) {
      return { error: error.error, description: error.error_description ?? 'no description' };
    }
    return undefined;
  }
}

/** The ID token that comes with the scope `openid` says who logged in. Nobody did, and nobody here reads it. */
async function withoutIdToken(response: Response): Promise<Response> {
  const { status, headers } = response;
  const { id_token: _, ...body } = (await response.json()) as Record<string, unknown>;
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': headers.get('content-type') ?? '' } });
}

function parties({ accessTokenUrl, clientId }: ClientCredentials) {
  return {
    server: {
      issuer: new URL(accessTokenUrl).origin,
      token_endpoint: accessTokenUrl,
    } satisfies oauth.AuthorizationServer,
    client: { client_id: clientId } satisfies oauth.Client,
  };
}
