import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import type { Fetch, FetchInit } from '../../../../functions/adapters/http/fetch.ts';
import {
  projection,
  projectionUrl,
  tokenEndpoint,
} from '../../../../functions/adapters/token-endpoint/token-endpoint.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';

const DOCUMENT = {
  accessTokenUrl: 'https://iam.example.com/auth/realms/acme/protocol/openid-connect/token',
  clientId: 'NC_Flow',
  clientSecret: new Secret('not-to-be-told'),
  scope: 'openid microprofile-jwt',
};
const WRONG = 'Invalid client or Invalid client credentials';
const UNEXPECTED = 'Unexpected error when authenticating client';

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
      expect(end).toEqual({ accepted: true, accessToken: new Secret(jwt(claims)) });
      expect(asked).toBe(1);
    },
  );

  it.each([
    ['another client', () => token({ azp: 'nc_flow' })],
    ['no client', () => token({})],
    ['something opaque', () => Response.json({ access_token: 'x', token_type: 'Bearer', scope: DOCUMENT.scope })],
  ])('for %s is token-not-ours', async (_what, answer) => {
    expect((await ask(answer)).end).toMatchObject({ code: 'token-not-ours' });
  });

  it('that is not a Bearer token is none of ours', async () => {
    const answer = () => Response.json({ access_token: jwt({ azp: 'NC_Flow' }), token_type: 'DPoP' });
    expect((await ask(answer)).end).toMatchObject({ code: 'iam-unexpected' });
  });

  it('need not name the scopes that it has: what is not granted is refused', async () => {
    const answer = () => token({ azp: 'NC_Flow', scope: 'openid' }, 'openid');
    expect((await ask(answer)).end).toMatchObject({ accepted: true });
  });
});

describe('an answer', () => {
  it('is read once, whether it is repeated or not', async () => {
    const reads: string[] = [];
    const watched = (answer: Response) => {
      const { json, clone } = answer;
      const watch = <T>(what: string, read: () => T) => {
        return () => {
          reads.push(what);
          return read.call(answer);
        };
      };
      return Object.assign(answer, { json: watch('read', json), clone: watch('copied', clone) });
    };
    const answers = [
      new Response('a page', { status: 502 }),
      Response.json({ error: 'invalid_client' }, { status: 401 }),
    ];
    const fetch: Fetch = async () => watched(answers.shift() as Response);
    const end = await tokenEndpoint({ fetch, sleep: async () => undefined }).request(DOCUMENT);
    expect(end).toMatchObject({ accepted: false, error: 'invalid_client' });
    expect(reads).toEqual(['read', 'read']);
  });
});

const OTHER_METHOD =
  "Invalid method used to get client secret. Client requires method 'client_secret_post' to obtain client secret from the request";

describe('a refusal of the credentials is one of the secret, in whatever words', () => {
  it.each([
    ['a wrong, empty or expired secret', 401, 'unauthorized_client', WRONG],
    ['up to 19', 401, 'unauthorized_client', 'Invalid client secret'],
    ['longer ago', 400, 'unauthorized_client', 'Invalid client secret'],
    ['as RFC 6749 has it', 401, 'invalid_client', 'Invalid client credentials'],
    ['without a word', 401, 'invalid_client', undefined],
    ['as RFC 6749 has it without Basic', 400, 'invalid_client', undefined],
    ['unknown client, wrong case, or disabled, which finding it tells', 401, 'invalid_client', WRONG],
  ])('%s', async (_what, status, error, description) => {
    const { end, asked } = await ask(oauth(status, error, description));
    expect(end).toEqual({ accepted: false, error, description: description ?? 'no description' });
    expect(asked).toBe(1);
  });

  it('in another language, which is not repeated', async () => {
    const { end } = await ask(oauth(401, 'unauthorized_client', 'Ungültiger Client oder ungültige Zugangsdaten'));
    const description = 'a description of 45 characters';
    expect(end).toEqual({ accepted: false, error: 'unauthorized_client', description });
  });

  it('beside a challenge', async () => {
    const headers = { 'www-authenticate': 'Basic realm="acme"' };
    const { end } = await ask(() => Response.json({ error: 'invalid_client' }, { status: 401, headers }));
    expect(end).toMatchObject({ accepted: false, error: 'invalid_client' });
  });
});

describe("Keycloak's own words about the client as such", () => {
  it.each([
    ['service account off', 401, 'unauthorized_client', 'Client not enabled to retrieve service account'],
    ['public client', 401, 'unauthorized_client', 'Public client not allowed to retrieve service account'],
    ['user of the service account disabled', 401, 'invalid_request', "User 'service-account-nc_flow' disabled"],
    ['another method only', 401, 'unauthorized_client', OTHER_METHOD],
    ['client-jwt', 400, 'invalid_client', 'Parameter client_assertion_type is missing'],
    ['unknown scope', 400, 'invalid_scope', 'Invalid scopes: openid microprofile-jwt'],
    ['realm disabled', 403, 'access_denied', 'Realm not enabled'],
  ])('%s: client-not-usable, as it was said', async (_what, status, error, description) => {
    const { end } = await ask(oauth(status, error, description));
    expect(end).toMatchObject({
      code: 'client-not-usable',
      message: `The IAM refuses the client NC_Flow: ${error}: ${description}`,
    });
  });

  it.each([
    ['NC_Flow:not-to-be-told is not known', 'a description of 35 characters'],
    ['Invalid scopes: not-to-be-told', 'a description of 30 characters'],
    ["User 'service-account-not-to-be-told' disabled", 'a description of 46 characters'],
    ['constructor', 'a description of 11 characters'],
    ['', 'a description of 0 characters'],
  ])('other words are told by their length: %s', async (description, told) => {
    const { end } = await ask(oauth(400, 'invalid_request', description));
    expect(end).toMatchObject({
      code: 'client-not-usable',
      message: `The IAM refuses the client NC_Flow: invalid_request: ${told}`,
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
    ['an exception while it authenticates', oauth(400, 'unauthorized_client', UNEXPECTED)],
    ['the same with 401', oauth(401, 'unauthorized_client', UNEXPECTED)],
    ['an unknown error', oauth(400, 'unknown_error')],
    ['a conflict', oauth(409, 'unknown_error', 'Duplicate resource error')],
    ['any conflict', oauth(409, 'invalid_client', WRONG)],
    ['server_error', oauth(400, 'server_error')],
    ['temporarily_unavailable', oauth(400, 'temporarily_unavailable')],
    ['an error that OAuth does not know', oauth(401, 'not-to-be-told')],
    ['200 HTML', () => new Response('<html/>', { headers: { 'content-type': 'text/html' } })],
    ['401 HTML', () => new Response('<html/>', { status: 401 })],
    ['401 without a body', () => new Response(null, { status: 401 })],
    ['403 text', () => new Response('Forbidden', { status: 403 })],
    ["403 of a gateway's", () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    ['404 HTML', () => new Response('<html/>', { status: 404 })],
    ["404 of a gateway's", () => Response.json({ message: 'no Route matched' }, { status: 404 })],
    ["404 of a framework's", () => Response.json({ error: 'Not Found', status: 404 }, { status: 404 })],
    ['a list', () => Response.json([{ error: 'invalid_client' }], { status: 401 })],
    ['null', () => Response.json(null, { status: 401 })],
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
});

describe('projectionUrl', () => {
  it.each([
    ['https://ifs.example.com', '/main/x.svc/', 'https://ifs.example.com/main/x.svc/'],
    ['https://ifs.example.com/', '/main/x.svc/?$top=1', 'https://ifs.example.com/main/x.svc/?$top=1'],
    ['https://ifs.example.com/sub/', '/x', 'https://ifs.example.com/x'],
  ])('%s with %s', (serviceUri, probePath, url) => {
    expect(projectionUrl(serviceUri, probePath)).toBe(url);
  });

  it.each([
    '//evil.example.com/x',
    '/\\evil.example.com/x',
    '\\\\evil.example.com',
    'https://evil.example.com/x',
    '/\t/evil.example.com',
    '//x@ifs.example.com/',
    'javascript:x',
    'http://',
  ])('never leads to another host: %j', (probePath) => {
    expect(() => projectionUrl('https://ifs.example.com', probePath)).toThrow(
      expect.objectContaining({ code: 'settings-invalid' }),
    );
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
    expect(await projection(URL, { fetch, sleep: async () => undefined }).probe(new Secret('the-token'))).toBe(answer);
    expect(calls).toHaveLength(times);
    expect(calls[0]).toEqual({
      url: URL,
      init: { method: 'GET', headers: { authorization: new Secret('Bearer the-token'), accept: 'application/json' } },
    });
  });

  it('nobody there: unavailable', async () => {
    const fetch: Fetch = () => Promise.reject(new HttpError('connection', 'gone'));
    expect(await projection(URL, { fetch, sleep: async () => undefined }).probe(new Secret('t'))).toBe('unavailable');
  });
});
