import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import { type Fetch, type FetchInit, sentInClear } from '../../../../functions/adapters/http/fetch.ts';
import { mergePatch } from '../../../../functions/adapters/odata-connector/configuration.ts';
import { odataConnector } from '../../../../functions/adapters/odata-connector/odata-connector.ts';
import { describeError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import type { ConnectorVia } from '../../../../functions/credential/settings/credential.ts';
import { ConfigurationChangedError } from '../../../../functions/ports/connector.ts';
import { accessSecretsOf } from '../../../support/access-secrets.ts';

const URL = 'https://flow.example.com/odata-connector/configurations/ifs';
const TOKEN_URL = 'https://acme.example.com/auth/realms/acme/protocol/openid-connect/token';
const OURS = { clientIds: ['NC_Flow'], accessTokenUrl: TOKEN_URL };
// printf %s abc | openssl dgst -sha256 -binary | basenc --base64url
const FINGERPRINT = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
const section = {
  flowType: 'ClientCredentials',
  accessTokenUrl: TOKEN_URL,
  clientId: 'NC_Flow',
  clientSecretFingerprint: FINGERPRINT,
  scopes: 'openid',
};
const DOCUMENT = {
  accessTokenUrl: TOKEN_URL,
  clientId: 'NC_Flow',
  clientSecret: new Secret('new'),
  scope: 'openid profile',
};
const VERSION = { id: 'version-2', document: DOCUMENT };

function configuration(authentication: object): Response {
  const body = { name: 'IFS', serviceUri: '', ifsVersion: '', breakWorkflowOnError: true, authentication };
  return Response.json(body, { headers: { etag: '"7"' } });
}

const plain = () => configuration({ designTime: section, runtime: section });

/** A connector that answers as it is told. */
function connector(
  answer: (init: FetchInit, count: number) => Response,
  auth: ConnectorVia<'https'>['auth'] = { type: 'bearer', secretId: 'csr-access/c' },
) {
  const calls: FetchInit[] = [];
  const reads: [string, string, boolean][] = [];
  const fetch: Fetch = async (url, init) => {
    if (url === 'https://sso.example.com/token') return Response.json({ access_token: 'sso', token_type: 'Bearer' });
    expect(url).toBe(URL);
    calls.push(init);
    return answer(init, calls.length);
  };
  const accessSecrets = {
    read: async (id: string, form: string, { fresh = false } = {}) => {
      reads.push([id, form, fresh]);
      const [token, password, clientSecret] = [`t${reads.length}`, 'p:q', 's'].map((text) => new Secret(text));
      return { token, username: 'u', password, clientSecret } as never;
    },
  };
  const deps = { fetch, sleep: async () => undefined, accessSecrets };
  return { port: odataConnector({ name: 'IFS', url: URL, auth, proof: 'written' }, OURS, deps), calls, reads };
}

const READ = {
  etag: '"7"',
  sections: [{ path: 'runtime', clientId: 'NC_Flow', secretFingerprint: null }],
  sectionsSkipped: 0,
  proof: 'written',
} as const;

describe('read', () => {
  it('is a GET with the access secret', async () => {
    const { port, calls } = connector(plain);
    await port.read();
    expect(calls).toEqual([
      { method: 'GET', headers: { accept: 'application/json', authorization: new Secret('Bearer t1') } },
    ]);
  });

  it.each([
    [{ type: 'basic', secretId: 'csr-access/c' }, new Secret('Basic dTpwOnE=')],
    [
      {
        type: 'client-credentials',
        accessTokenUrl: 'https://sso.example.com/token',
        clientId: 'x',
        secretId: 'csr-access/c',
      },
      new Secret('Bearer sso'),
    ],
  ] as const)('authenticates as the settings say: %j', async (auth, header) => {
    const { port, calls } = connector(plain, auth);
    await port.read();
    expect(calls[0]?.headers?.authorization).toEqual(header);
  });

  it('reads the access secret once more after a 401, then gives up', async () => {
    const mended = connector((_init, count) => (count === 1 ? new Response(null, { status: 401 }) : plain()));
    expect((await mended.port.read()).sections).toHaveLength(2);
    expect(mended.calls.map(({ headers }) => headers?.authorization)).toEqual([
      new Secret('Bearer t1'),
      new Secret('Bearer t2'),
    ]);
    expect(mended.reads.map(([, , fresh]) => fresh)).toEqual([false, true]);

    const hopeless = connector(() => new Response(null, { status: 401 }));
    await expect(hopeless.port.read()).rejects.toMatchObject({ code: 'connector-unauthorized' });
    expect(hopeless.calls).toHaveLength(2);
  });

  it.each([
    [403, 'connector-unauthorized', 1],
    [404, 'connector-not-found', 1],
    [408, 'connector-unavailable', 3],
    [429, 'connector-unavailable', 3],
    [503, 'connector-unavailable', 3],
    [418, 'connector-invalid', 1],
  ])('%d: %s', async (status, code, times) => {
    const { port, calls } = connector(() => new Response('not-to-be-told', { status }));
    const error = await port.read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(`HTTP ${status}`) });
    expect(String(error)).not.toContain('not-to-be-told');
    expect(calls).toHaveLength(times);
  });

  it.each([
    ['timeout', 'connector-timeout'],
    ['connection', 'connector-unavailable'],
    ['redirect', 'connector-invalid'],
    ['not-allowed', 'host-not-allowed'],
  ] as const)('no answer (%s): %s', async (kind, code) => {
    const { port } = connector(() => {
      throw new HttpError(kind, 'flow.example.com');
    });
    await expect(port.read()).rejects.toMatchObject({ code });
  });
});

describe('a client with which a connector is accessed, and whose secret was rotated', () => {
  it('gets in with the secret that is stored now, when the one in memory is refused', async () => {
    const sent: string[] = [];
    const fetch: Fetch = async (url, init) => {
      if (url === URL) return plain();
      const { authorization = '' } = sentInClear(init).headers;
      sent.push(Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString());
      if (sent.at(-1) === 'writer:new') return Response.json({ access_token: 'sso', token_type: 'Bearer' });
      return Response.json({ error: 'unauthorized_client' }, { status: 401 });
    };
    const accessSecrets = accessSecretsOf([{ clientSecret: 'old' }, { clientSecret: 'new' }]);
    const auth = {
      type: 'client-credentials',
      accessTokenUrl: 'https://sso.example.com/token',
      clientId: 'writer',
      secretId: 'csr-access/c',
    } as const;
    const deps = { fetch, sleep: async () => undefined, accessSecrets };
    const port = odataConnector({ name: 'IFS', url: URL, auth, proof: 'written' }, OURS, deps);
    expect((await port.read()).sections).toHaveLength(2);
    expect([sent, accessSecrets.reads]).toEqual([
      ['writer:old', 'writer:new'],
      [false, true],
    ]);
  });
});

describe('a token endpoint of the connector', () => {
  const auth = {
    type: 'client-credentials',
    accessTokenUrl: 'https://sso.example.com/token',
    clientId: 'writer',
    secretId: 'csr-access/c',
  } as const;

  it.each([
    ['refuses', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'connector-unauthorized'],
    ['is not there', () => new Response('<html/>', { status: 404 }), 'connector-unavailable'],
    ['has no realm', () => Response.json({ error: 'Realm does not exist' }, { status: 404 }), 'connector-unauthorized'],
    [
      'does not answer',
      () => {
        throw new HttpError('timeout', 'sso.example.com did not answer in time');
      },
      'connector-timeout',
    ],
  ])('that %s is named, with what to see to', async (_what, answer, code) => {
    const fetch: Fetch = async () => answer();
    const accessSecrets = { read: async () => ({ clientSecret: new Secret('s') }) as never };
    const deps = { fetch, sleep: async () => undefined, accessSecrets };
    const error = await odataConnector({ name: 'IFS', url: URL, auth, proof: 'written' }, OURS, deps)
      .read()
      .catch((thrown: unknown) => thrown);
    expect(describeError(error)).toMatchObject({
      code,
      detail: expect.stringMatching(/^IFS, (the )?token/),
      next: "See to the token endpoint of this connector's auth, https://sso.example.com/token, and to its client writer.",
    });
  });
});

describe('write', () => {
  it.each([200, 204])('is one merge patch with the ETag as received (%d)', async (status) => {
    const { port, calls } = connector(() => new Response(null, { status, headers: { etag: '"8"' } }));
    await port.write(READ, VERSION);
    expect(calls).toEqual([
      {
        method: 'PATCH',
        headers: {
          'content-type': 'application/merge-patch+json',
          'if-match': '"7"',
          authorization: new Secret('Bearer t1'),
        },
        body: mergePatch(READ, DOCUMENT),
      },
    ]);
  });

  it('says when the configuration is no longer the one that was read', async () => {
    const { port, calls } = connector(() => new Response(null, { status: 412 }));
    await expect(port.write(READ, VERSION)).rejects.toBeInstanceOf(ConfigurationChangedError);
    expect(calls).toHaveLength(1);
  });

  it.each([
    [503, 'connector-unavailable'],
    [429, 'connector-unavailable'],
    [404, 'connector-not-found'],
    [400, 'connector-invalid'],
  ])('is sent once, whatever comes back (%d), and its failure tells no secret', async (status, code) => {
    const { port, calls } = connector((init) => new Response(sentInClear(init).body ?? '', { status }));
    const error = await port
      .write(READ, { ...VERSION, document: { ...DOCUMENT, clientSecret: new Secret('not-to-be-told') } })
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error) + String(error)).not.toContain('not-to-be-told');
    expect(calls).toHaveLength(1);
  });

  it('is sent again after a 401 only, with the access secret read again', async () => {
    const { port, reads } = connector((_init, count) => new Response(null, { status: count === 1 ? 401 : 204 }));
    await port.write(READ, VERSION);
    expect(reads).toEqual([
      ['csr-access/c', 'token', false],
      ['csr-access/c', 'token', true],
    ]);
  });
});
