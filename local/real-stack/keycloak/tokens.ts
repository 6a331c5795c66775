import { fetch } from 'undici';

/** Where a Keycloak is and who administers it. */
export interface KeycloakAccess {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** What the token endpoint answered. */
interface TokenAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a token, an OAuth error, or what a server sends that is about to start
  readonly body: any;
}

/**
 * A token request with the client's id and secret in the form, as RFC 6749 §2.3.1 allows.
 *
 * @param options.scope none by default
 * @returns the answer as it is: 200 with the token, 401 and so on
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export async function requestToken(
  realmUrl: string,
  options: { clientId: string; secret: string; scope?: string },
): Promise<TokenAnswer> {
  const { clientId, secret, scope } = options;
  return await post(realmUrl, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    ...(scope && { scope }),
  });
}

/**
 * The administrator's access token, asked for again before it expires.
 *
 * @param now epoch milliseconds
 * @returns rejects when Keycloak refuses the administrator
 */
export function administratorToken({ url, user, password }: KeycloakAccess, now = Date.now): () => Promise<string> {
  let current = { token: '', until: 0 };
  return async () => {
    if (now() < current.until) return current.token;
    const form = { grant_type: 'password', client_id: 'admin-cli', username: user, password };
    const { status, body } = await post(`${url}/realms/master`, form);
    if (status !== 200) throw new Error(`Keycloak answered ${status} to the administrator's token request`);
    current = { token: body.access_token, until: now() + (body.expires_in * 1000) / 2 };
    return current.token;
  };
}

async function post(realmUrl: string, form: Record<string, string>): Promise<TokenAnswer> {
  const url = `${realmUrl}/protocol/openid-connect/token`;
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: parse(await response.text()) };
}

/** A starting server answers in plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
