import * as oauth from 'oauth4webapi';
import { Secret } from '../../credential/secret/secret.ts';
import type { Fetch } from '../http/fetch.ts';

/** How a client shows who it is: it puts what is needed into the request. See {@link clientSecretBasic}. */
export type ClientAuthentication = oauth.ClientAuth;

/** HTTP Basic with the client's secret, which every server has to support (RFC 6749 §2.3.1). */
export function clientSecretBasic(clientSecret: Secret): ClientAuthentication {
  return oauth.ClientSecretBasic(clientSecret.reveal());
}

/** What a client-credentials request needs. */
export interface ClientCredentials {
  readonly accessTokenUrl: string;
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  readonly scope?: string;
}

/** A token as the authorization server gave it. */
export interface Token {
  readonly accessToken: Secret;
  readonly expiresIn: number;
  readonly scope: string;
  readonly error?: never;
}

/** A token, one that is of no use here, or the error that the authorization server named, in its own words. */
export type TokenResponse =
  | Token
  | { readonly unusable: true }
  | { readonly error: string; readonly description: string | undefined; readonly accessToken?: never };

/**
 * Sends a client-credentials request.
 *
 * @returns the raw response: see {@link parseTokenResponse}
 * @see [RFC 6749 §4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2)
 */
export async function requestToken(fetch: Fetch, credentials: ClientCredentials): Promise<Response> {
  const { server, client } = parties(credentials);
  const parameters = new URLSearchParams(credentials.scope === undefined ? {} : { scope: credentials.scope });
  return await oauth.clientCredentialsGrantRequest(server, client, credentials.authentication, parameters, {
    // Plain http is decided on where it is called: in `restrictFetch`.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url, { method, headers, body }) =>
      fetch(url, { method, headers, body: new Secret(String(body)) }),
  });
}

/**
 * Reads a token endpoint's response.
 *
 * @returns undefined when it is neither a token nor an OAuth error
 * @see [RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)
 */
export async function parseTokenResponse(credentials: Parties, response: Response): Promise<TokenResponse | undefined> {
  const { server, client } = parties(credentials);
  const body = await objectOf(response);
  if (!body) return undefined;
  try {
    const token = await oauth.processClientCredentialsResponse(server, client, withoutIdToken(response, body));
    if (token.token_type !== 'bearer') return { unusable: true };
    return { accessToken: new Secret(token.access_token), expiresIn: token.expires_in ?? 0, scope: token.scope ?? '' };
  } catch {
    return typeof body.access_token === 'string' ? { unusable: true } : errorIn(body);
  }
}

/** The body, if it is a JSON object. A page is none, whatever it calls itself. */
async function objectOf(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function errorIn({ error, error_description: description }: Record<string, unknown>): TokenResponse | undefined {
  if (typeof error !== 'string') return undefined;
  return { error, description: typeof description === 'string' ? description : undefined };
}

/**
 * A token response without its ID token. With the scope `openid` Keycloak gives one, which says who logged in: nobody did, and nobody
 * here reads it.
 *
 * @param body of the response
 */
function withoutIdToken(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  { id_token: _, ...body }: Record<string, unknown>,
): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': headers.get('content-type') ?? '' } });
}

/** Who asks, and whom. */
type Parties = Pick<ClientCredentials, 'accessTokenUrl' | 'clientId'>;

function parties({ accessTokenUrl, clientId }: Parties) {
  return {
    server: {
      issuer: new URL(accessTokenUrl).origin,
      token_endpoint: accessTokenUrl,
    } satisfies oauth.AuthorizationServer,
    client: { client_id: clientId } satisfies oauth.Client,
  };
}
