import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../../functions/credential/settings/credential.ts';
import { faultLines } from '../../../../functions/credential/settings/fault-lines.ts';
import { CONNECTOR, IAM_AUTH, SMALLEST, settingsWith as settings, TOKEN_URL } from '../../../support/settings.ts';

function faults(credential: unknown, local = false): string[] {
  const result = credentialSchema({ prefix: 'csr', local }).safeParse(credential);
  return result.success ? [] : faultLines(result.error);
}

describe('the settings of a credential', () => {
  it('have defaults for all that can be left out', () => {
    expect(credentialSchema({ prefix: 'csr', local: false }).parse(SMALLEST)).toEqual({
      ...SMALLEST,
      scope: 'openid microprofile-jwt',
      strategy: 'auto',
      grace: 'PT24H',
      maxAge: 'P90D',
      native: false,
      iam: { ...SMALLEST.iam, type: 'keycloak', renewal: 'set', firstRun: 'adopt' },
      connectors: SMALLEST.connectors.map((one) => ({ ...one, via: 'https', proof: 'written' })),
      probePath: '/main/ifsapplications/projection/v1/ProjectionExplorer.svc/',
      schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'UTC', state: 'ENABLED' },
      freezes: [],
      tags: {},
    });
  });

  it('take everything that the contract names', () => {
    const full = settings({
      strategy: 'dual-secret',
      grace: 'PT0S',
      maxAge: 'P999D',
      serviceUri: 'https://acme.example.com',
      'iam.firstRun': 'renew',
      'schedule.timezone': 'Europe/Stockholm',
      'schedule.flexibleWindow': 'PT30M',
      'schedule.state': 'DISABLED',
      freezes: [{ from: '2026-12-20', to: '2027-01-04', reason: 'year end' }],
      tags: { environment: 'prod' },
      connectors: [
        CONNECTOR,
        { ...CONNECTOR, name: 'b', url: `${CONNECTOR.url}-b`, auth: { ...CONNECTOR.auth, type: 'basic' } },
        {
          name: 'c',
          url: `${CONNECTOR.url}-c`,
          auth: {
            type: 'client-credentials',
            accessTokenUrl: TOKEN_URL,
            clientId: 'x',
            secretId: 'csr-access/acme-prod/c',
          },
        },
      ],
    });
    expect(faults(full)).toEqual([]);
  });

  it.each([
    { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] },
    { native: true },
    { 'iam.renewal': 'regenerate' },
  ])('take %j', (change) => {
    expect(faults(settings(change))).toEqual([]);
  });

  it.each([
    [{ colour: 'red' }, 'colour: unknown key'],
    [{ 'schedule.zone': 'UTC' }, 'schedule.zone: unknown key'],
    [{ id: 'Acme' }, 'id: must be 3 to 40 lower-case letters, digits and hyphens'],
    [{ id: 'a'.repeat(41) }, 'id: must be'],
    [{ id: 'ab-' }, 'id: must be'],
    [{ id: 'a.b.c' }, 'id: must be'],
    [{ grace: '24h' }, "grace: '24h' is not an ISO 8601 duration"],
    [{ grace: 'P1M' }, "grace: 'P1M' is not an ISO 8601 duration"],
    [{ grace: 'P31D' }, "grace: 'P31D' is not between PT0S and P30D"],
    [{ maxAge: 'PT1H' }, "maxAge: 'PT1H' is not between P1D and P999D"],
    [{ 'schedule.flexibleWindow': 'PT30S' }, "schedule.flexibleWindow: 'PT30S' is not between PT1M and PT24H"],
    [{ 'schedule.state': 'PAUSED' }, 'schedule.state: '],
    [{ clientId: 'IFS_connect' }, "clientId: IFS's own clients"],
    [{ clientId: 'ifs_connect' }, "clientId: IFS's own clients"],
    [{ clientId: '' }, 'clientId: '],
    [
      { accessTokenUrl: 'https://acme.example.com/openid-connect-provider/idp/token' },
      'accessTokenUrl: the legacy IFS token endpoint',
    ],
    [{ accessTokenUrl: 'http://acme.example.com/token' }, 'accessTokenUrl: must use https'],
    [{ accessTokenUrl: 'http://127.0.0.1:8080/token' }, 'accessTokenUrl: '],
    [{ accessTokenUrl: 'acme' }, 'accessTokenUrl: is not an https URL'],
    [{ accessTokenUrl: `${TOKEN_URL}?x=1` }, 'accessTokenUrl: must have neither query nor fragment'],
    [{ accessTokenUrl: 'https://me:pw@acme.example.com/token' }, 'accessTokenUrl: must not carry user information'],
    [{ scope: '' }, 'scope: '],
    [{ scope: ' openid' }, 'scope: '],
    [{ scope: 'openid  profile' }, 'scope: '],
    [{ connectors: [] }, 'connectors: needs at least one connector'],
    [{ connectors: undefined }, 'connectors: '],
    [{ 'iam.adminUrl': 'https://acme.example.com/auth/admin' }, 'iam.adminUrl: must end with /admin/realms/<realm>'],
    [{ 'iam.adminUrl': 'https://acme.example.com/auth/admin/realms/acmeprod/' }, 'iam.adminUrl: must end with'],
    [
      { 'iam.auth': { ...IAM_AUTH, secretId: 'csr/acme-prod' } },
      'iam.auth.secretId: must begin with csr-access/acme-prod/, or with csr-access/shared/',
    ],
    [{ 'iam.auth': { clientId: 'x' } }, 'iam.auth: must be { clientId } with either secretId or kmsKeyId'],
    [
      { 'iam.auth': { ...IAM_AUTH, kmsKeyId: 'alias/csr-signer' } },
      'iam.auth: must be { clientId } with either secretId or kmsKeyId',
    ],
    [{ freezes: [{ from: '2026-12-20', to: '2026-12-19', reason: 'x' }] }, 'freezes[0]: ends before it begins'],
    [{ freezes: [{ from: '2026-02-30', to: '2026-03-01', reason: 'x' }] }, 'freezes[0].from: '],
    [{ tags: { 'aws:x': 'y' } }, 'tags.aws:x: '],
    [{ probePath: 'main' }, 'probePath: '],
    [{ probePath: '//evil.example.net/x' }, 'probePath: must be a path that begins with one slash'],
    [{ accessTokenUrl: `${TOKEN_URL}/` }, 'accessTokenUrl: must not end with a slash'],
    [{ 'connectors.0.url': 'https://x,*.com/c' }, 'connectors[0].url: has no host name'],
    [{ serviceUri: 'https://acme.example.com/a/../b' }, 'serviceUri: is not written as it is read'],
    [{ strategy: 'alternating-clients' }, 'clientId: must be an array of two for alternating-clients'],
    [{ clientId: ['NC_Flow_A', 'NC_Flow_B'] }, "strategy: must be 'alternating-clients' with two Client IDs"],
    [{ strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_A'] }, 'clientId: must be two different'],
    [{ strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'IFS_B'] }, "clientId[1]: IFS's own clients"],
    [{ strategy: 'alternating-clients', clientId: ['NC_Flow_A'] }, 'clientId'],
    [{ native: true, 'iam.renewal': 'regenerate' }, 'native: '],
  ])('%j is a fault', (change, line) => {
    const found = faults(settings(change));
    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each(['alias/csr-signer', 'arn:aws:kms:eu-north-1:123456789012:key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10'])(
    'take a key in place of a secret: %s',
    (kmsKeyId) => {
      const auth = { clientId: 'flow-secret-rotator', kmsKeyId };
      expect(faults(settings({ 'iam.auth': auth }))).toEqual([]);
      expect(faults(settings({ 'iam.auth': { ...auth, accessTokenUrl: TOKEN_URL } }))).toEqual([]);
    },
  );

  it.each([
    ['another alias', 'alias/x'],
    ["another deployment's", 'alias/other-signer'],
    ['an alias by its ARN', 'arn:aws:kms:eu-north-1:123456789012:alias/csr-signer'],
    ['an id without its account', '0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10'],
    ['what is no key', 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:x'],
    ['nothing', ''],
  ])('refuse as a key %s', (_what, kmsKeyId) => {
    expect(faults(settings({ 'iam.auth': { clientId: 'x', kmsKeyId } }))).toEqual([
      'iam.auth.kmsKeyId: must be alias/csr-signer, the key that the stack makes, or the ARN of a key in the same account and region',
    ]);
  });

  it.each([
    ['a schedule whose last time is over', { 'schedule.expression': 'cron(0 3 1 1 ? 2020)' }],
    ['an expression that synth would refuse today', { 'schedule.expression': 'cron(0 3 31W 2 ? *)' }],
    ['a zone that the time-zone database no longer has', { 'schedule.timezone': 'Mars/X' }],
  ])('are read by a run whatever became of %s', (_what, change) => {
    expect(faults(settings(change))).toEqual([]);
  });

  it.each([
    ["another credential's", 'csr-access/globex-prod/iam', false],
    ["another credential's, whose id begins alike", 'csr-access/acme-prod-2/iam', false],
    ["another deployment's", 'other-access/acme-prod/iam', false],
    ['nobody’s', 'csr-access/iam', false],
    ['no name below its own', 'csr-access/acme-prod/', false],
    ['a wildcard of policies', 'csr-access/acme-prod/*', false],
    ['one character of a wildcard', 'csr-access/acme-prod/i?m', false],
    ['a variable of policies', `csr-access/acme-prod/\${aws:username}`, false],
    ["the proxy's", 'csr-access/proxy', false],
    ["the credential's own secret", 'csr/acme-prod', false],
    ["the credential's inbox", 'csr-inbox/acme-prod', false],
    ['one that is no name at all', 'csr-access/acme-prod/{"clientSecret"}', false],
    ['its own', 'csr-access/acme-prod/iam', true],
    ['its own, deeper', 'csr-access/acme-prod/iam/rotator', true],
    ['one that several use on purpose', 'csr-access/shared/iam', true],
  ])('let a run read only its own access secrets and shared ones: %s', (_what, secretId, accepted) => {
    const [connector] = settings({ 'connectors.0.auth.secretId': secretId }).connectors as [object];
    const client = { type: 'client-credentials', accessTokenUrl: TOKEN_URL, clientId: 'x', secretId };
    for (const [path, change] of [
      ['iam.auth.secretId', { 'iam.auth.secretId': secretId }],
      ['connectors[0].auth.secretId', { connectors: [connector] }],
      [
        'connectors[0].auth.secretId',
        { connectors: [{ ...CONNECTOR, auth: { ...CONNECTOR.auth, secretId, type: 'basic' } }] },
      ],
      ['connectors[0].auth.secretId', { connectors: [{ ...CONNECTOR, auth: client }] }],
    ] as const) {
      const found = faults(settings(change));
      expect(found).toEqual(accepted ? [] : [expect.stringContaining(`${path}: `)]);
    }
  });

  it("have no id that would make everybody's access secrets its own", () => {
    expect(faults(settings({ id: 'shared' }))).toEqual([
      "id: must not be 'shared': access secrets that several credentials use lie there",
    ]);
  });

  it('names of connectors and their urls are unique', () => {
    expect(faults(settings({ connectors: [CONNECTOR, CONNECTOR] }))).toEqual([
      'connectors[1].name: is already the name of element 0',
      'connectors[1].url: is already the url of element 0',
    ]);
  });

  it('have 20 connectors at most', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...CONNECTOR, name: `c${i}`, url: `${CONNECTOR.url}${i}` }));
    expect(faults(settings({ connectors: many(20) }))).toEqual([]);
    expect(faults(settings({ connectors: many(21) }))).toEqual(['connectors: has more than 20 connectors']);
  });

  it.each(['http://127.0.0.1:8080/token', 'http://localhost:8080/token', 'http://[::1]:8080/token'])(
    'take plain http to %s on one machine only',
    (accessTokenUrl) => {
      expect(faults(settings({ accessTokenUrl }), true)).toEqual([]);
      expect(faults(settings({ accessTokenUrl }), false)).toHaveLength(1);
    },
  );

  it.each(['http://acme.example.com/token', 'http://127.0.0.1.example.com/token', 'http://10.0.0.1/token'])(
    'never take plain http to %s',
    (accessTokenUrl) => {
      expect(faults(settings({ accessTokenUrl }), true)).toHaveLength(1);
    },
  );
});

describe('faultLines', () => {
  it('tells ten unknown keys of an object and counts the rest', () => {
    const found = faults(settings(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`member${i}`, 0]))));

    expect(found).toHaveLength(11);
    expect(found).toContain('member9: unknown key');
    expect(found).toContain('the file: 4990 more unknown keys');
  });

  it('cuts a key that is long', () => {
    expect(faults(settings({ ['k'.repeat(100_000)]: 0 }))).toEqual([`${'k'.repeat(60)}: unknown key`]);
  });
});
