import { describe, expect, it } from '@jest/globals';
import { type FetchInit, sentInClear } from '../../../../functions/adapters/http/fetch.ts';
import {
  clientSecretBasic,
  parseTokenResponse,
  requestToken,
} from '../../../../functions/adapters/oauth/client-credentials.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';

const CREDENTIALS = {
  accessTokenUrl: 'https://iam.example.com/auth/realms/acme/protocol/openid-connect/token',
  clientId: 'NC_Flow',
  authentication: clientSecretBasic(new Secret('a secret+with:all%kinds')),
  scope: 'openid microprofile-jwt',
};

async function sent(credentials: typeof CREDENTIALS | Omit<typeof CREDENTIALS, 'scope'>) {
  const calls: { url: string; init: FetchInit }[] = [];
  await requestToken(async (url, init) => {
    calls.push({ url: String(url), init });
    return new Response('{}');
  }, credentials);
  const [{ url, init } = { url: '', init: { method: 'GET' as const } }] = calls;
  const { body, ...request } = sentInClear(init);
  const headers = new Headers(request.headers);
  return { url, method: init.method, headers, form: Object.fromEntries(new URLSearchParams(body)), calls };
}

describe('requestToken', () => {
  it('posts a client-credentials grant with the scope as it stands in the settings', async () => {
    const { url, method, headers, form, calls } = await sent(CREDENTIALS);
    expect(calls).toHaveLength(1);
    expect([url, method]).toEqual([CREDENTIALS.accessTokenUrl, 'POST']);
    expect(headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/);
    expect(form).toEqual({ grant_type: 'client_credentials', scope: 'openid microprofile-jwt' });
  });

  it('authenticates by Basic, each part form-urlencoded (RFC 6749 §2.3.1)', async () => {
    const { headers } = await sent(CREDENTIALS);
    const [scheme, encoded] = (headers.get('authorization') ?? '').split(' ');
    const [id, secret] = Buffer.from(encoded ?? '', 'base64')
      .toString()
      .split(':');
    expect(scheme).toBe('Basic');
    expect(decodeURIComponent(id ?? '')).toBe('NC_Flow');
    expect(secret).toBe('a+secret%2Bwith%3Aall%25kinds');
  });

  it('asks for no scope where there is none', async () => {
    const { scope: _, ...rest } = CREDENTIALS;
    expect((await sent(rest)).form).toEqual({ grant_type: 'client_credentials' });
  });
});

describe('parseTokenResponse', () => {
  const parse = (response: Response) => parseTokenResponse(CREDENTIALS, response);

  it('reads a token', async () => {
    const body = { access_token: 'token', token_type: 'Bearer', expires_in: 180, scope: 'openid' };
    expect(await parse(Response.json(body))).toEqual({
      accessToken: new Secret('token'),
      expiresIn: 180,
      scope: 'openid',
    });
  });

  it.each([400, 401, 403])('reads the OAuth error of a %d', async (status) => {
    const body = { error: 'invalid_scope', error_description: 'Invalid scopes: x' };
    expect(await parse(Response.json(body, { status }))).toEqual({
      error: 'invalid_scope',
      description: 'Invalid scopes: x',
    });
  });

  it('knows a token that is of no use', async () => {
    expect(await parse(Response.json({ access_token: 'x', token_type: 'DPoP' }))).toEqual({ unusable: true });
  });

  it('reads an error beside a challenge', async () => {
    const headers = { 'www-authenticate': 'Basic realm="x"' };
    expect(await parse(Response.json({ error: 'invalid_client' }, { status: 401, headers }))).toEqual({
      error: 'invalid_client',
      description: undefined,
    });
  });

  it.each([
    ['HTML', () => new Response('<html/>', { headers: { 'content-type': 'text/html' } })],
    ['no token', () => Response.json({ token_type: 'Bearer' })],
    ['503 text/plain', () => new Response('Bootstrap in progress.', { status: 503 })],
    ['an error that is not JSON', () => new Response('no', { status: 401 })],
  ])('is neither: %s', async (_what, response) => {
    expect(await parse(response())).toBeUndefined();
  });
});
