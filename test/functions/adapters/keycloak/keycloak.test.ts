import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import { type Fetch, type FetchInit, sentInClear } from '../../../../functions/adapters/http/fetch.ts';
import { parseFound } from '../../../../functions/adapters/keycloak/client.ts';
import { keycloak } from '../../../../functions/adapters/keycloak/keycloak.ts';
import type { KeycloakCredential } from '../../../../functions/adapters/keycloak/sign-in.ts';
import { secretUpdate } from '../../../../functions/adapters/keycloak/updates.ts';
import { isRotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { credentialSchema } from '../../../../functions/credential/settings/credential.ts';
import { signingKeyPair } from '../../../support/signing-key.ts';

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
function iam(answer: (call: Call, count: number) => Response, beforeToken: () => void = () => undefined) {
  const admin: Call[] = [];
  const reads: boolean[] = [];
  let tokens = 0;
  const fetch: Fetch = async (url, init) => {
    if (url === TOKEN_URL) {
      beforeToken();
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
      return { clientSecret: new Secret('rotator-secret') } as never;
    },
  };
  const slept: number[] = [];
  const sleep = async (ms: number) => void slept.push(ms);
  const signIn = { now: () => NOW, newId: () => 'id', accessSecrets, signer: signingKeyPair().signer };
  const port = keycloak(credential as KeycloakCredential, { fetch, sleep, ...signIn });
  const bearers = () => admin.map(({ init }) => sentInClear(init).headers.authorization);
  return { port, admin, reads, slept, bearers, tokens: () => tokens };
}

const found = () => Response.json([CLIENT]);
const noContent = () => new Response(null, { status: 204 });
/** What a call has sent. */
const bodyOf = (call?: { init: FetchInit }) => (call ? sentInClear(call.init).body : undefined) ?? '';
const asIamClient = { id: 'uuid-1', clientId: 'NC_Flow', secret: new Secret('held') };
const NEW = new Secret('new');

describe('signIn', () => {
  it('gets the admin token that the next call is sent with, and calls nothing else', async () => {
    const { port, admin, tokens, bearers } = iam(found);
    await port.signIn();
    expect([tokens(), admin.length]).toEqual([1, 0]);
    await port.find('NC_Flow');
    expect(tokens()).toBe(1);
    expect(bearers()).toEqual(['Bearer token-1']);
  });

  it('that fails is told by the next call, and the one after it tries again', async () => {
    let asked = 0;
    const { port, tokens } = iam(found, () => {
      if (++asked === 1) throw new HttpError('timeout', 'no answer');
    });
    await port.signIn();
    await expect(port.find('NC_Flow')).rejects.toMatchObject({ code: 'iam-timeout' });
    expect(asked).toBe(1);
    expect(await port.find('NC_Flow')).toMatchObject({ secret: new Secret('held') });
    expect(tokens()).toBe(1);
  });
});

describe('secretUpdate', () => {
  it('is the overlap PUT: both secrets, both times of the previous one, a far-future expiry, the marker', () => {
    const validUntil = new Date('2026-03-09T03:00:00Z');
    expect(secretUpdate({ secret: NEW, previous: { secret: new Secret('old'), validUntil } }, NOW)).toEqual({
      secret: NEW,
      attributes: {
        'client.secret.rotated': new Secret('old'),
        'client.secret.rotated.creation.time': String(NOW_S),
        'client.secret.rotated.expiration.time': String(NOW_S + 8 * 86_400),
        'client.secret.creation.time': String(NOW_S),
        'client.secret.expiration.time': String(FAR_S),
        'novacura.rotation': 'on',
      },
    });
  });

  it('without overlap removes a previous secret by blank attributes, and always carries attributes', () => {
    expect(secretUpdate({ secret: NEW }, NOW)).toEqual({
      secret: NEW,
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
    expect(await port.find('NC_Flow')).toEqual({ ...asIamClient, keep: { serviceAccountsEnabled: true } });
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
    expect(await port.find('NC_Flow')).toEqual({ ...asIamClient, keep: { serviceAccountsEnabled: true } });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(reads).toEqual([false, true]);
  });

  it.each([
    [401, 'iam-unauthorized', 2],
    [403, 'iam-forbidden', 1],
    [404, 'iam-not-found', 1],
    [409, 'iam-unavailable', 3],
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

describe('what stands before Keycloak', () => {
  it.each([
    ['a page', () => new Response('<html>held</html>', { headers: { 'content-type': 'text/html' } })],
    ['text', () => new Response('held')],
    ...[400, 401, 403, 404, 409].flatMap((status): [string, () => Response][] => [
      [`${status} and a page`, () => new Response('<html>held</html>', { status })],
      [`${status} and nothing`, () => new Response(null, { status })],
      [`${status} and a gateway's JSON`, () => Response.json({ message: 'held' }, { status })],
      [`${status} and a framework's JSON`, () => Response.json({ error: 'held', path: '/', status }, { status })],
    ]),
    ['a fault in a form of its own', () => Response.json({ error: 'unknown_error' }, { status: 400 })],
  ])('%s: Keycloak is away, asked three times', async (_what, answer) => {
    const { port, admin } = iam(answer);
    const error = await port.find('NC_Flow').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'iam-unavailable' });
    expect(String(error)).not.toContain('held');
    // A 401 is tried again with a fresh token.
    expect(admin).toHaveLength((await answer()).status === 401 ? 6 : 3);
  });

  it.each([
    [403, { errorMessage: 'no' }, 'iam-forbidden'],
    [404, { error: 'Realm not found.' }, 'iam-not-found'],
    [400, { error: 'invalid_request', error_description: 'held' }, 'iam-unexpected'],
  ])('%d with %j is Keycloak', async (status, body, code) => {
    const { port, admin } = iam(() => Response.json(body, { status }));
    await expect(port.find('NC_Flow')).rejects.toMatchObject({ code });
    expect(admin).toHaveLength(1);
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
      keep: { serviceAccountsEnabled: true },
      previous: { secret: new Secret('old'), validUntil: new Date('2026-03-01T03:01:00Z') },
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

  it.each([undefined, null, '**********'])('a secret that is not shown (%s) is a missing right', (secret) => {
    const fault = { code: 'iam-forbidden', message: expect.stringContaining('NC_Flow') };
    expect(() => parseFound([{ ...CLIENT, secret }], 'NC_Flow')).toThrow(expect.objectContaining(fault));
  });

  it.each([{ publicClient: true }, { clientAuthenticatorType: 'client-jwt' }])(
    'a client that has no secret need not show one: %j',
    (fields) => {
      expect(parseFound([{ ...CLIENT, ...fields, secret: undefined }], 'NC_Flow')).toMatchObject({
        secret: new Secret(''),
      });
    },
  );

  it.each(['', '.', '..', 'a/b', 'a\\b', '../users', 'a?b', 'a#b', '%2e%2e'])(
    'an id that would lead elsewhere (%s) is none of a client',
    (id) => {
      expect(() => parseFound([{ ...CLIENT, id }], 'NC_Flow')).toThrow(
        expect.objectContaining({ code: 'iam-unexpected' }),
      );
    },
  );

  it('a Client ID may be anything: it is never part of a path', async () => {
    for (const clientId of ['.', '..', '../users', 'a b', 'a?b#c', 'ü']) {
      const { port, admin } = iam(({ init }) =>
        init.method === 'GET' ? Response.json([{ ...CLIENT, clientId }]) : noContent(),
      );
      await port.setSecret(await port.find(clientId), { secret: NEW });
      expect(new URL(admin[0]?.url ?? '').pathname).toBe('/auth/admin/realms/acme/clients');
      expect(new URL(admin[0]?.url ?? '').searchParams.get('clientId')).toBe(clientId);
      expect(new URL(admin[1]?.url ?? '').pathname).toBe('/auth/admin/realms/acme/clients/uuid-1');
    }
  });

  it.each([
    [{ enabled: false }, /disabled/],
    [{ publicClient: true }, /not confidential/],
    [{ bearerOnly: true }, /not confidential/],
    [{ serviceAccountsEnabled: false }, /no service account/],
    [{ clientAuthenticatorType: 'client-jwt' }, /client-jwt/],
    [{ clientAuthenticatorType: 'held-by-an-extension' }, /authenticates by something else/],
  ])('%j is a fault of the client', (fields, fault) => {
    expect(parseFound([{ ...CLIENT, ...fields }], 'NC_Flow').fault).toMatch(fault);
  });
});

describe('probeOverlap', () => {
  const PUT = ['PUT', `${ADMIN}/clients/uuid-1`];
  const GET = ['GET', `${ADMIN}/clients/uuid-1`];
  /** An IAM that shows these expiries, one look after another, the last one ever after. */
  const probe = (...expiries: (number | undefined)[]) => {
    let looks = 0;
    return iam(({ init }) => {
      if (init.method === 'PUT') return noContent();
      const expiry = expiries[Math.min(looks++, expiries.length - 1)];
      const attributes = expiry === undefined ? {} : { 'client.secret.expiration.time': String(expiry) };
      return Response.json({ ...CLIENT, attributes });
    });
  };
  const sent = ({ admin }: ReturnType<typeof probe>) => admin.map(({ url, init }) => [init.method, url]);

  it('sets the marker and a far expiry, and no secret; one look that finds it is enough', async () => {
    const made = probe(FAR_S);
    expect(await made.port.probeOverlap(asIamClient)).toBe(true);
    expect([sent(made), made.slept]).toEqual([[PUT, GET], []]);
    expect(JSON.parse(bodyOf(made.admin[0]))).toEqual({
      serviceAccountsEnabled: true,
      attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': String(FAR_S) },
    });
  });

  it('takes another expiry that stays for kept, if it is still to come: another run may have written its own', async () => {
    const made = probe(NOW_S + 60);
    expect(await made.port.probeOverlap(asIamClient)).toBe(true);
    expect(made.slept).toEqual([200, 500, 1000]);
    expect(await probe(NOW_S - 60).port.probeOverlap(asIamClient)).toBe(false);
  });

  it('does not take what a lagging node shows of an earlier write for kept', async () => {
    const anHourAgo = FAR_S - 3600;
    expect(await probe(anHourAgo, undefined, anHourAgo, undefined).port.probeOverlap(asIamClient)).toBe(false);
  });

  it('looks again after 0.2, 0.5 and 1 s before a "no" counts', async () => {
    const made = probe(undefined);
    expect(await made.port.probeOverlap(asIamClient)).toBe(false);
    expect([sent(made), made.slept]).toEqual([
      [PUT, GET, GET, GET, GET],
      [200, 500, 1000],
    ]);
  });

  it('believes a later look that finds it', async () => {
    const made = probe(undefined, undefined, FAR_S);
    expect(await made.port.probeOverlap(asIamClient)).toBe(true);
    expect(made.slept).toEqual([200, 500]);
  });

  it.each([409, 503])('writes again after %d: it is harmless', async (status) => {
    let puts = 0;
    const made = iam(({ init }) => {
      if (init.method !== 'PUT') {
        return Response.json({ ...CLIENT, attributes: { 'client.secret.expiration.time': String(FAR_S) } });
      }
      puts += 1;
      return puts < 3 ? Response.json({ error: 'conflict' }, { status }) : noContent();
    });
    expect(await made.port.probeOverlap(asIamClient)).toBe(true);
    expect(sent(made)).toEqual([PUT, PUT, PUT, GET]);
  });
});

describe('a write', () => {
  it('of a secret is one PUT with the update as its body', async () => {
    const { port, admin } = iam(noContent);
    await port.setSecret(asIamClient, { secret: NEW });
    expect(admin.map(({ url, init }) => [init.method, url])).toEqual([['PUT', `${ADMIN}/clients/uuid-1`]]);
    expect(JSON.parse(bodyOf(admin[0]))).toEqual({
      serviceAccountsEnabled: true,
      ...secretUpdate({ secret: NEW }, NOW),
      secret: 'new',
    });
    expect(admin[0]?.init.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it.each([true, false, undefined])(
    'repeats the switch of the authorization services as it was read: %s',
    async (read) => {
      const { port, admin } = iam(({ init }) =>
        init.method === 'GET' ? Response.json([{ ...CLIENT, authorizationServicesEnabled: read }]) : noContent(),
      );
      await port.setSecret(await port.find('NC_Flow'), { secret: NEW });
      expect(JSON.parse(bodyOf(admin[1])).authorizationServicesEnabled).toBe(read);
    },
  );

  it.each([true, false])('repeats the switch of the service account as it was read: %s', async (read) => {
    const { port, admin } = iam(({ init }) =>
      init.method === 'GET' ? Response.json([{ ...CLIENT, serviceAccountsEnabled: read }]) : noContent(),
    );
    await port.setSecret(await port.find('NC_Flow'), { secret: NEW });
    expect(JSON.parse(bodyOf(admin[1])).serviceAccountsEnabled).toBe(read);
  });

  it('that ends the previous secret is one PUT, which names the secret that stays and removes the other', async () => {
    const { port, admin } = iam(noContent);
    await port.endPrevious({ ...asIamClient, keep: { authorizationServicesEnabled: true } });
    expect(admin.map(({ url, init }) => [init.method, url])).toEqual([['PUT', `${ADMIN}/clients/uuid-1`]]);
    expect(JSON.parse(bodyOf(admin[0]))).toEqual({
      serviceAccountsEnabled: true,
      authorizationServicesEnabled: true,
      secret: 'held',
      attributes: {
        'client.secret.expiration.time': String(FAR_S),
        'client.secret.rotated': '',
        'client.secret.rotated.creation.time': '',
        'client.secret.rotated.expiration.time': '',
      },
    });
  });

  it.each([
    ['503', () => new Response(null, { status: 503 }), 'iam-unavailable'],
    ['409', () => Response.json({ error: 'conflict', error_description: 'x' }, { status: 409 }), 'iam-conflict'],
    ['409 of a release up to 26.0', () => Response.json({ error: 'unknown_error' }, { status: 409 }), 'iam-conflict'],
    ['500', () => new Response(null, { status: 500 }), 'iam-unavailable'],
    ['403', () => Response.json({ error: 'HTTP 403 Forbidden' }, { status: 403 }), 'iam-forbidden'],
    ['a page', () => new Response('<html/>', { headers: { 'content-type': 'text/html' } }), 'iam-unavailable'],
    ['a page of 403', () => new Response('<html/>', { status: 403 }), 'iam-unavailable'],
    [
      'no answer',
      () => {
        throw new HttpError('timeout', 'gone');
      },
      'iam-timeout',
    ],
  ])('is never repeated inside: %s', async (_what, answer, code) => {
    const { port, admin } = iam(answer);
    await expect(port.setSecret(asIamClient, { secret: NEW })).rejects.toMatchObject({ code });
    await expect(port.endPrevious(asIamClient)).rejects.toMatchObject({ code });
    expect(admin).toHaveLength(2);
  });

  it('is sent again after a 401 only, which says that it was not carried out', async () => {
    const { port, bearers } = iam((_call, count) => (count === 1 ? new Response(null, { status: 401 }) : noContent()));
    await port.setSecret(asIamClient, { secret: NEW });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('tells no secret when it fails', async () => {
    const { port } = iam(({ init }) => new Response(sentInClear(init).body ?? '', { status: 400 }));
    const error = await port
      .setSecret(asIamClient, { secret: new Secret('not-to-be-told') })
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String(error)).not.toContain('not-to-be-told');
  });
});
