import { describe, expect, it } from '@jest/globals';
import { type Fetch, type FetchInit, HttpError } from '../../../functions/http/fetch.ts';
import { projection, tokenEndpoint } from '../../../functions/ports/token-endpoint.ts';

const DOCUMENT = {
  accessTokenUrl: 'https://iam.example.com/auth/realms/acme/protocol/openid-connect/token',
  clientId: 'NC_Flow',
  clientSecret: 'not-to-be-told',
  scope: 'openid microprofile-jwt',
};
const WRONG = 'Invalid client or Invalid client credentials';

function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.x`;
}

function token(claims: object, scope: string | undefined = 'openid microprofile-jwt profile'): Response {
  return Response.json({ access_token: jwt(claims), token_type: 'Bearer', expires_in: 180, scope });
}

/** Asks a token endpoint that answers so, again and again; tells how often it was asked. */
async function ask(answer: () => Response) {
  let asked = 0;
  const fetch: Fetch = async () => {
    asked += 1;
    return answer();
  };
  const end = await tokenEndpoint({ fetch, sleep: async () => undefined })
    .request(DOCUMENT)
    .catch((error: unknown) => error);
  expect(JSON.stringify(end) + String(end)).not.toContain('not-to-be-told');
  return { end, asked };
}

const oauth = (status: number, error: string, error_description?: string) => () =>
  Response.json({ error, error_description }, { status });

describe('a token', () => {
  it.each([[{ azp: 'NC_Flow' }], [{ client_id: 'NC_Flow' }], [{ azp: 'NC_Flow', client_id: 'x' }]])(
    'for our client is accepted: %j',
    async (claims) => {
      const { end, asked } = await ask(() => token(claims));
      expect(end).toEqual({ accepted: true, accessToken: jwt(claims) });
      expect(asked).toBe(1);
    },
  );

  it.each([
    ['another client', () => token({ azp: 'nc_flow' })],
    ['no client', () => token({})],
    ['something opaque', () => Response.json({ access_token: 'x', token_type: 'Bearer', scope: DOCUMENT.scope })],
    ['less scope', () => token({ azp: 'NC_Flow' }, 'openid')],
    ['a scope that only looks alike', () => token({ azp: 'NC_Flow' }, 'openid microprofile-jwt2')],
  ])('for %s is token-not-ours', async (_what, answer) => {
    expect((await ask(answer)).end).toMatchObject({ code: 'token-not-ours' });
  });

  it('that is not a Bearer token is none of ours', async () => {
    const answer = () => Response.json({ access_token: jwt({ azp: 'NC_Flow' }), token_type: 'DPoP' });
    expect((await ask(answer)).end).toMatchObject({ code: 'iam-unexpected' });
  });

  it('tells its scope in a claim where the answer does not', async () => {
    const answer = () => token({ azp: 'NC_Flow', scope: DOCUMENT.scope }, '');
    expect((await ask(answer)).end).toMatchObject({ accepted: true });
  });
});

describe("Keycloak's error bodies", () => {
  it('a wrong, empty or expired secret is the one refusal of the secret', async () => {
    const { end, asked } = await ask(oauth(401, 'unauthorized_client', WRONG));
    expect(end).toEqual({ accepted: false, error: 'unauthorized_client', description: WRONG });
    expect(asked).toBe(1);
  });

  it.each([
    ['unknown client, wrong case, or disabled', 401, 'invalid_client', WRONG],
    ['service account off', 401, 'unauthorized_client', 'Client not enabled to retrieve service account'],
    ['public client', 401, 'unauthorized_client', 'Public client not allowed to retrieve service account'],
    ['user of the service account disabled', 401, 'invalid_request', "User 'service-account-x' disabled"],
    [
      'another method only',
      401,
      'unauthorized_client',
      "Invalid method used to get client secret. Client requires method 'client_secret_post'",
    ],
    ['client-jwt', 400, 'invalid_client', 'Parameter client_assertion_type is missing'],
    ['unknown scope', 400, 'invalid_scope', 'Invalid scopes: x'],
  ])('%s: client-not-usable, in its own words', async (_what, status, error, description) => {
    const { end } = await ask(oauth(status, error, description));
    expect(end).toMatchObject({ code: 'client-not-usable', message: expect.stringContaining(description) });
  });

  it('that repeats the secret it was sent is told without it', async () => {
    const { end } = await ask(oauth(400, 'invalid_client', 'NC_Flow:not-to-be-told is not known'));
    expect(end).toMatchObject({
      code: 'client-not-usable',
      message: expect.stringContaining('NC_Flow:… is not known'),
    });
  });

  it('an unknown realm is iam-not-found', async () => {
    const answer = () => Response.json({ error: 'Realm does not exist' }, { status: 404 });
    expect((await ask(answer)).end).toMatchObject({ code: 'iam-not-found' });
  });
});

describe('an outage never means "wrong secret"', () => {
  it.each([
    ['503 text/plain', () => new Response('Bootstrap in progress. Retry in 1 seconds.', { status: 503 })],
    ['500 with an OAuth body', oauth(500, 'unauthorized_client', WRONG)],
    ['502 HTML', () => new Response('<html/>', { status: 502 })],
    ['429', oauth(429, 'slow_down')],
  ])('%s: iam-unavailable, after three tries', async (_what, answer) => {
    const { end, asked } = await ask(answer);
    expect(end).toMatchObject({ name: 'RotationError', code: 'iam-unavailable' });
    expect(asked).toBe(3);
  });

  it.each([
    ['timeout', 'iam-timeout'],
    ['connection', 'iam-unavailable'],
    ['redirect', 'iam-unexpected'],
    ['not-allowed', 'host-not-allowed'],
  ] as const)('no answer (%s): %s', async (kind, code) => {
    const { end } = await ask(() => {
      throw new HttpError(kind, 'iam.example.com did not answer');
    });
    expect(end).toMatchObject({ code });
  });

  it.each([
    ['401 HTML', () => new Response('<html/>', { status: 401 })],
    ['200 HTML', () => new Response('<html/>', { headers: { 'content-type': 'text/html' } })],
  ])('%s is no refusal either', async (_what, answer) => {
    expect((await ask(answer)).end).toMatchObject({ name: 'RotationError' });
    expect((await ask(answer)).end).not.toHaveProperty('accepted');
  });
});

describe('projection', () => {
  const URL = 'https://ifs.example.com/main/ifsapplications/projection/v1/ProjectionExplorer.svc/';

  it.each([
    [200, 'ok', 1],
    [204, 'ok', 1],
    [401, 'refused', 1],
    [403, 'refused', 1],
    [404, 'unavailable', 1],
    [503, 'unavailable', 3],
  ])('%d: %s', async (status, answer, times) => {
    const calls: { url: string; init: FetchInit }[] = [];
    const fetch: Fetch = async (url, init) => {
      calls.push({ url, init });
      return new Response(null, { status });
    };
    expect(await projection(URL, { fetch, sleep: async () => undefined }).probe('the-token')).toBe(answer);
    expect(calls).toHaveLength(times);
    expect(calls[0]).toEqual({
      url: URL,
      init: { method: 'GET', headers: { authorization: 'Bearer the-token', accept: 'application/json' } },
    });
  });

  it('nobody there: unavailable', async () => {
    const fetch: Fetch = () => Promise.reject(new HttpError('connection', 'gone'));
    expect(await projection(URL, { fetch, sleep: async () => undefined }).probe('t')).toBe('unavailable');
  });
});
