import { describe, expect, it } from '@jest/globals';
import { type Fetch, type FetchInit, HttpError } from '../../../functions/http/fetch.ts';
import { keycloak, parseFound, secretUpdate } from '../../../functions/ports/keycloak.ts';
import { isRotationError } from '../../../functions/rotation/errors.ts';
import { credentialSchema } from '../../../functions/rotation/settings.ts';

const ADMIN = 'https://iam.example.com/auth/admin/realms/acme';
const TOKEN_URL = 'https://iam.example.com/auth/realms/acme/protocol/openid-connect/token';
const NOW = new Date('2026-03-01T03:00:00.900Z');
// 2026-03-01T03:00:00Z, and ten years of 365 days later.
const NOW_S = 1_772_334_000;
const FAR_S = 2_087_694_000;
const CLIENT = {
  id: 'uuid-1',
  clientId: 'NC_Flow',
  secret: 'held',
  enabled: true,
  serviceAccountsEnabled: true,
  clientAuthenticatorType: 'client-secret',
  attributes: {},
};

interface Call {
  readonly url: string;
  readonly init: FetchInit;
}

/** An IAM that gives out the tokens `token-1`, `token-2`, … and answers admin calls as it is told. */
function iam(answer: (call: Call, count: number) => Response) {
  const admin: Call[] = [];
  const reads: boolean[] = [];
  let tokens = 0;
  const fetch: Fetch = async (url, init) => {
    if (url === TOKEN_URL) {
      const headers = { 'content-type': 'application/json' };
      return new Response(`{"access_token":"token-${++tokens}","token_type":"Bearer"}`, { headers });
    }
    admin.push({ url, init });
    return answer({ url, init }, admin.length);
  };
  const credential = credentialSchema({ prefix: 'csr', local: false }).parse({
    id: 'acme-prod',
    accessTokenUrl: TOKEN_URL,
    clientId: 'NC_Flow',
    iam: { adminUrl: ADMIN, auth: { clientId: 'rotator', secretId: 'csr-access/acme-prod/x' } },
    connectors: [
      { name: 'c', url: 'https://flow.example.com/c', auth: { type: 'bearer', secretId: 'csr-access/acme-prod/x' } },
    ],
    schedule: { expression: 'rate(30 days)' },
  });
  const accessSecrets = {
    read: async (_id: string, _form: string, { fresh = false } = {}) => {
      reads.push(fresh);
      return { clientSecret: 'rotator-secret' } as never;
    },
  };
  const port = keycloak(credential, { fetch, sleep: async () => undefined, now: () => NOW, accessSecrets });
  const bearers = () => admin.map(({ init }) => init.headers?.authorization);
  return { port, admin, reads, bearers, tokens: () => tokens };
}

const found = () => Response.json([CLIENT]);
const noContent = () => new Response(null, { status: 204 });
const asIamClient = { id: 'uuid-1', clientId: 'NC_Flow', secret: 'held' };

describe('secretUpdate', () => {
  it('is the overlap PUT: both secrets, both times of the previous one, a far-future expiry, the marker', () => {
    const validUntil = new Date('2026-03-09T03:00:00Z');
    expect(secretUpdate({ secret: 'new', previous: { secret: 'old', validUntil } }, NOW)).toEqual({
      secret: 'new',
      attributes: {
        'client.secret.rotated': 'old',
        'client.secret.rotated.creation.time': String(NOW_S),
        'client.secret.rotated.expiration.time': String(NOW_S + 8 * 86_400),
        'client.secret.creation.time': String(NOW_S),
        'client.secret.expiration.time': String(FAR_S),
        'novacura.rotation': 'on',
      },
    });
  });

  it('without overlap removes a previous secret by blank attributes, and always carries attributes', () => {
    expect(secretUpdate({ secret: 'new' }, NOW)).toEqual({
      secret: 'new',
      attributes: {
        'client.secret.rotated': '',
        'client.secret.rotated.creation.time': '',
        'client.secret.rotated.expiration.time': '',
        'client.secret.creation.time': String(NOW_S),
        'client.secret.expiration.time': String(FAR_S),
      },
    });
  });
});

describe('find', () => {
  it('searches by the exact Client ID, URL-encoded', async () => {
    const { port, admin, bearers } = iam(() => Response.json([{ ...CLIENT, clientId: 'NC Flow&x=1' }]));
    await port.find('NC Flow&x=1');
    expect(admin.map(({ url, init }) => [init.method, url])).toEqual([
      ['GET', `${ADMIN}/clients?clientId=NC%20Flow%26x%3D1`],
    ]);
    expect(bearers()).toEqual(['Bearer token-1']);
  });

  it('repeats a read while the IAM is away for a moment', async () => {
    const { port, admin } = iam((_call, count) => (count < 3 ? new Response(null, { status: 503 }) : found()));
    expect(await port.find('NC_Flow')).toEqual(asIamClient);
    expect(admin).toHaveLength(3);
  });

  it('obtains one token for a run', async () => {
    const { port, tokens } = iam(found);
    await Promise.all([port.find('NC_Flow'), port.find('NC_Flow')]);
    await port.find('NC_Flow');
    expect(tokens()).toBe(1);
  });

  it('gets one fresh token, with the secret read again, after a 401', async () => {
    const { port, bearers, reads } = iam((_call, count) =>
      count === 1 ? Response.json({ error: 'HTTP 401 Unauthorized' }, { status: 401 }) : found(),
    );
    expect(await port.find('NC_Flow')).toEqual(asIamClient);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(reads).toEqual([false, true]);
  });

  it.each([
    [401, 'iam-unauthorized', 2],
    [403, 'iam-forbidden', 1],
    [404, 'iam-not-found', 1],
    [409, 'iam-conflict', 1],
    [400, 'iam-unexpected', 1],
    [500, 'iam-unavailable', 3],
  ])('%d: %s', async (status, code, times) => {
    const { port, admin } = iam(() => Response.json({ error: 'held' }, { status }));
    const error = await port.find('NC_Flow').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('held');
    expect(admin).toHaveLength(times);
  });
});

describe('parseFound', () => {
  const attributes = {
    'client.secret.rotated': 'old',
    'client.secret.rotated.creation.time': String(NOW_S),
    'client.secret.rotated.expiration.time': String(NOW_S + 60),
    'client.secret.expiration.time': String(FAR_S),
  };

  it('reads both secrets and their times', () => {
    expect(parseFound([{ ...CLIENT, attributes }], 'NC_Flow')).toEqual({
      ...asIamClient,
      previous: { secret: 'old', validUntil: new Date('2026-03-01T03:01:00Z') },
      secretExpiresAt: new Date(FAR_S * 1000),
    });
  });

  it.each(['client.secret.rotated.creation.time', 'client.secret.rotated.expiration.time', 'client.secret.rotated'])(
    'knows no previous secret without %s: Keycloak does not honour it',
    (missing) => {
      const { [missing as keyof typeof attributes]: _, ...rest } = attributes;
      expect(parseFound([{ ...CLIENT, attributes: rest }], 'NC_Flow')).not.toHaveProperty('previous');
    },
  );

  it.each([
    ['no hit', []],
    ['another case', [{ ...CLIENT, clientId: 'nc_flow' }]],
    ['a longer name', [{ ...CLIENT, clientId: 'NC_Flow2' }]],
  ])('%s: client-not-found', (_what, body) => {
    expect(() => parseFound(body, 'NC_Flow')).toThrow(expect.objectContaining({ code: 'client-not-found' }));
  });

  it.each([
    ['no list', { error: 'held' }],
    ['no client', [{ secret: 'held' }]],
    ['nothing', undefined],
  ])('%s: iam-unexpected, without what was in it', (_what, body) => {
    const error = (() => {
      try {
        return parseFound(body, 'NC_Flow');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(isRotationError(error, 'iam-unexpected')).toBe(true);
    expect(String(error)).not.toContain('held');
  });

  it.each([
    [{ enabled: false }, /disabled/],
    [{ publicClient: true }, /not confidential/],
    [{ bearerOnly: true }, /not confidential/],
    [{ serviceAccountsEnabled: false }, /no service account/],
    [{ clientAuthenticatorType: 'client-jwt' }, /client-jwt/],
  ])('%j is a fault of the client', (fields, fault) => {
    expect(parseFound([{ ...CLIENT, ...fields }], 'NC_Flow').fault).toMatch(fault);
  });
});

describe('probeOverlap', () => {
  const probe = (kept: boolean) =>
    iam(({ init }) => {
      const attributes = { 'novacura.rotation': 'on', 'client.secret.expiration.time': String(FAR_S) };
      return init.method === 'PUT' ? noContent() : Response.json({ ...CLIENT, attributes: kept ? attributes : {} });
    });

  it.each([true, false])(
    'sets the marker and a far expiry, no secret, and sees whether they stay: %s',
    async (kept) => {
      const { port, admin } = probe(kept);
      expect(await port.probeOverlap(asIamClient)).toBe(kept);
      expect(admin.map(({ url, init }) => [init.method, url])).toEqual([
        ['PUT', `${ADMIN}/clients/uuid-1`],
        ['GET', `${ADMIN}/clients/uuid-1`],
      ]);
      expect(JSON.parse(admin[0]?.init.body ?? '')).toEqual({
        attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': String(FAR_S) },
      });
    },
  );
});

describe('a write', () => {
  it('of a secret is one PUT with the update as its body', async () => {
    const { port, admin } = iam(noContent);
    await port.setSecret(asIamClient, { secret: 'new' });
    expect(admin.map(({ url, init }) => [init.method, url])).toEqual([['PUT', `${ADMIN}/clients/uuid-1`]]);
    expect(JSON.parse(admin[0]?.init.body ?? '')).toEqual(secretUpdate({ secret: 'new' }, NOW));
    expect(admin[0]?.init.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('that ends the previous secret is one DELETE', async () => {
    const { port, admin } = iam(noContent);
    await port.endPrevious(asIamClient);
    expect(admin.map(({ url, init }) => [init.method, url])).toEqual([
      ['DELETE', `${ADMIN}/clients/uuid-1/client-secret/rotated`],
    ]);
  });

  it.each([
    ['503', () => new Response(null, { status: 503 }), 'iam-unavailable'],
    ['409', () => new Response(null, { status: 409 }), 'iam-conflict'],
    ['500', () => new Response(null, { status: 500 }), 'iam-unavailable'],
    ['403', () => new Response(null, { status: 403 }), 'iam-forbidden'],
    [
      'no answer',
      () => {
        throw new HttpError('timeout', 'gone');
      },
      'iam-timeout',
    ],
  ])('is never repeated inside: %s', async (_what, answer, code) => {
    const { port, admin } = iam(answer);
    await expect(port.setSecret(asIamClient, { secret: 'new' })).rejects.toMatchObject({ code });
    await expect(port.endPrevious(asIamClient)).rejects.toMatchObject({ code });
    expect(admin).toHaveLength(2);
  });

  it('is sent again after a 401 only, which says that it was not carried out', async () => {
    const { port, bearers } = iam((_call, count) => (count === 1 ? new Response(null, { status: 401 }) : noContent()));
    await port.setSecret(asIamClient, { secret: 'new' });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('tells no secret when it fails', async () => {
    const { port } = iam(({ init }) => new Response(init.body ?? '', { status: 400 }));
    const error = await port.setSecret(asIamClient, { secret: 'not-to-be-told' }).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String(error)).not.toContain('not-to-be-told');
  });
});
