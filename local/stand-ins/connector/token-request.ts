import { type Dispatcher, request } from 'undici';
import type { Section } from './configuration.ts';

/** Where a client's secret is sent: in the form, or in a Basic header. */
export type ClientAuth = 'post' | 'basic';

/** How a token request is sent. */
export interface SendOptions {
  readonly dispatcher: Dispatcher;
  readonly clientAuth: ClientAuth;
  /** Milliseconds until the answer must be there. */
  readonly timeoutMs: number;
}

/** What came of a request: a token, or the OAuth error, `http-<status>`, `timeout` or `network-<code>`. */
export type Attempt = { readonly ok: true; readonly token: string } | { readonly ok: false; readonly error: string };

/**
 * Asks for a token with a section's secret, once.
 *
 * @returns a refusal for every failure: it never throws
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export async function requestToken(
  section: Section,
  { dispatcher, clientAuth, timeoutMs }: SendOptions,
): Promise<Attempt> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: section.scopes });
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  const { clientId, clientSecret = '' } = section;
  if (clientAuth === 'basic') headers.authorization = basic(clientId, clientSecret);
  else {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  try {
    const { statusCode, body } = await request(section.accessTokenUrl, {
      dispatcher,
      method: 'POST',
      headers,
      body: form.toString(),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return readToken(statusCode, await body.text());
  } catch (error) {
    return { ok: false, error: networkError(error) };
  }
}

/**
 * Calls a projection with a token, once.
 *
 * @returns undefined when the answer was a success, otherwise what failed, for example `projection-401`
 */
export async function callProjection(url: string, token: string, { dispatcher, timeoutMs }: SendOptions) {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await body.dump();
    return statusCode < 300 ? undefined : `projection-${statusCode}`;
  } catch (error) {
    return `projection-${networkError(error)}`;
  }
}

function readToken(status: number, text: string): Attempt {
  const body = parseObject(text);
  if (status === 200 && typeof body.access_token === 'string') return { ok: true, token: body.access_token };
  return { ok: false, error: typeof body.error === 'string' ? body.error : `http-${status}` };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Both parts are form-urlencoded first (RFC 6749 §2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map((part) => new URLSearchParams({ '': part }).toString().slice(1));
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function networkError(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  const code = Object(error).code;
  return `network-${typeof code === 'string' ? code : 'error'}`;
}
