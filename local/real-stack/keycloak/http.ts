import { fetch } from 'undici';

/** Where a Keycloak is and who administers it. */
export interface KeycloakAccess {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** What the server answered; `body` is its JSON, or undefined where it sent none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: Keycloak's representations are open-ended, and this is a fixture
  readonly body: any;
}

/** Sends one admin request; resolves whatever the status is. */
export type AdminRequest = (method: string, path: string, body?: unknown) => Promise<Answer>;

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
): Promise<Answer> {
  const { clientId, secret, scope } = options;
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    ...(scope && { scope }),
  };
  return await answer(await fetch(`${realmUrl}/protocol/openid-connect/token`, post(form)));
}

/** Admin requests with a bearer token that is fixed, for example a rotator's. */
export function adminRequest(url: string, token: string | (() => Promise<string>)): AdminRequest {
  return async (method, path, body) => {
    const bearer = typeof token === 'string' ? token : await token();
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const payload = body === undefined ? {} : { body: JSON.stringify(body) };
    return await answer(await fetch(`${url}/admin/realms${path}`, { method, headers, ...payload }));
  };
}

/**
 * Rejects what isn't 2xx.
 *
 * @throws {Error} with method, path and status; the body stays out of it, it may hold a secret
 */
export function expectSuccess(request: AdminRequest): AdminRequest {
  return async (method, path, body) => {
    const result = await request(method, path, body);
    if (result.status >= 300) throw new Error(`Keycloak answered ${result.status} to ${method} /admin/realms${path}`);
    return result;
  };
}

/**
 * The administrator's access token, asked for again before it expires.
 *
 * @param now epoch milliseconds
 */
export function administratorToken({ url, user, password }: KeycloakAccess, now = Date.now): () => Promise<string> {
  let current = { token: '', until: 0 };
  return async () => {
    if (now() < current.until) return current.token;
    const form = { grant_type: 'password', client_id: 'admin-cli', username: user, password };
    const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, post(form));
    const { status, body } = await answer(response);
    if (status !== 200) throw new Error(`Keycloak answered ${status} to the administrator's token request`);
    current = { token: body.access_token, until: now() + (body.expires_in * 1000) / 2 };
    return current.token;
  };
}

function post(form: Record<string, string>) {
  return { method: 'POST', body: new URLSearchParams(form) };
}

async function answer(response: { status: number; headers: unknown; text(): Promise<string> }): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers as Headers, body: parse(text) };
}

/** A starting server answers in plain text. */
function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
