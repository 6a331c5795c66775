import { describe, expect, it } from '@jest/globals';
import { faultLines } from '../../../functions/credential/settings/fault-lines.ts';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import { customer, rotator, SHARED_SECRET, TOKEN_URL } from '../../support/settings.ts';

const now = new Date('2026-11-25T12:00:00Z');
const REALM = { accessTokenUrl: TOKEN_URL, 'iam.adminUrl': 'https://acme.example.com/auth/admin/realms/acmeprod' };
const acme = (id: string, change: Record<string, unknown> = {}) => customer(id, { ...REALM, ...change });

function faults(...credentials: unknown[]): string[] {
  const result = fleetSchema({ prefix: 'csr', local: false, now }).safeParse({ credentials });
  return result.success ? [] : faultLines(result.error);
}

/** How the rotator gets in at a connector with a client of an IAM. */
const caller = (clientId: string, accessTokenUrl = TOKEN_URL, secretId = 'csr-access/shared/flow') => ({
  'connectors.0.auth': { type: 'client-credentials', accessTokenUrl, clientId, secretId },
});

describe('a client of a realm', () => {
  const twice =
    /^credentials\[1\]\.clientId(\[1\])?: '\w+' of this realm is rotated by 'acme-prod' \(element 0\) already/;

  it.each([
    ['by a copied entry', {}],
    [
      'by its token URL in another spelling',
      { accessTokenUrl: TOKEN_URL.replace('acme.example.com', 'ACME.example.com:443') },
    ],
    ['by the same realm behind another token URL', { accessTokenUrl: 'https://login.acme.example.com/token' }],
    ['by one of two that alternate', { strategy: 'alternating-clients', clientId: ['NC_Flow_B', 'NC_Flow_OData'] }],
  ])('is not rotated twice: %s', (_what, change) => {
    expect(faults(acme('acme-prod'), acme('acme-copy', change))).toEqual([expect.stringMatching(twice)]);
  });

  it('is not rotated twice by pairs that have one of two in common', () => {
    const pair = (...clientId: string[]) => ({ strategy: 'alternating-clients', clientId });
    const found = faults(
      acme('acme-prod', pair('NC_Flow_A', 'NC_Flow_B')),
      acme('acme-copy', pair('NC_Flow_C', 'NC_Flow_A')),
    );
    expect(found).toEqual([expect.stringMatching(twice)]);
  });

  it('is another one in another realm, and another one in another case', () => {
    expect(
      faults(acme('acme-prod'), customer('globex-prod'), acme('acme-case', { clientId: 'nc_flow_odata' })),
    ).toEqual([]);
  });
});

describe('a client that the rotator needs itself', () => {
  it.each([
    ['its own', acme('acme-prod', { clientId: 'flow-secret-rotator' }), 0],
    ["another credential's", acme('acme-admin', { clientId: 'flow-secret-rotator' }), 1],
  ])('is not rotated: the rotator, as %s client', (_what, credential, found) => {
    const lines = faults(credential, acme('acme-test'));
    expect(lines).toContainEqual(
      expect.stringMatching(
        `^credentials\\[${found}\\]\\.iam\\.auth\\.clientId: 'flow-secret-rotator' is itself rotated`,
      ),
    );
  });

  it.each([
    ['by the same credential', [acme('acme-prod', caller('NC_Flow_OData'))], 0],
    ['by another one', [acme('acme-prod'), customer('globex-prod', caller('NC_Flow_OData'))], 1],
    [
      "whose realm only the administration's address tells",
      [
        acme('acme-prod', { accessTokenUrl: 'https://login.acme.example.com/token' }),
        customer('globex-prod', caller('NC_Flow_OData')),
      ],
      1,
    ],
    [
      'as one of two that alternate',
      [
        acme('acme-prod', { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'caller'] }),
        customer('globex-prod', caller('caller')),
      ],
      1,
    ],
  ])("is not rotated: a connector's client, %s", (_what, credentials, found) => {
    const path = `credentials[${found}].connectors[0].auth.clientId: `;
    expect(faults(...credentials)).toEqual([expect.stringContaining(path)]);
  });

  it.each([
    [
      'of another realm',
      [
        acme('acme-prod'),
        customer(
          'globex-prod',
          caller('NC_Flow_OData', 'https://flow.example.com/auth/realms/flow/protocol/openid-connect/token'),
        ),
      ],
    ],
    [
      'of the master realm',
      [
        acme('acme-prod', {
          clientId: 'flow-secret-rotator',
          'iam.auth.accessTokenUrl': 'https://acme.example.com/auth/realms/master/protocol/openid-connect/token',
        }),
      ],
    ],
  ])('may have the same name, %s', (_what, credentials) => {
    expect(faults(...credentials)).toEqual([]);
  });
});

describe('a client that the rotator needs itself, and whose access secret is written', () => {
  const acmeProd = (change: Record<string, unknown> = {}) =>
    acme('acme-prod', { 'iam.auth.secretId': SHARED_SECRET, ...change });
  const globexCaller = (secretId = SHARED_SECRET, url = TOKEN_URL) =>
    customer('globex-prod', caller('flow-secret-rotator', url, secretId));

  it.each([
    ['at the IAM', [acmeProd(), rotator()]],
    ['before it stands in the file', [rotator(), acmeProd()]],
    ['at a connector', [rotator(), globexCaller()]],
    [
      'at several',
      [rotator(), acmeProd(), acme('acme-test', { clientId: 'NC_Flow_Test', 'iam.auth.secretId': SHARED_SECRET })],
    ],
  ])('may be rotated: %s', (_what, credentials) => {
    expect(faults(...credentials)).toEqual([]);
  });

  it.each([
    [
      'where one signs in with another access secret',
      [rotator(), acme('acme-prod')],
      `credentials[1].iam.auth.secretId: 'flow-secret-rotator' is itself rotated by 'acme-rotator', which writes its secret into ${SHARED_SECRET} only: name that one`,
    ],
    [
      'where one has its access secrets in another account',
      [rotator(), acmeProd({ account: { roleArn: 'arn:aws:iam::222233334444:role/x', externalId: '12345678' } })],
      `${SHARED_SECRET} in the account of the deployment only: name that one`,
    ],
    [
      'where one signs in with a key',
      [rotator(), acme('acme-prod', { 'iam.auth': { clientId: 'flow-secret-rotator', kmsKeyId: 'alias/csr-signer' } })],
      "credentials[1].iam.auth.clientId: 'flow-secret-rotator' is itself rotated by 'acme-rotator', and rotating it would lock",
    ],
    [
      'where a connector is accessed with another access secret',
      [rotator(), globexCaller('csr-access/shared/other')],
      "credentials[1].connectors[0].auth.secretId: 'flow-secret-rotator' is itself rotated",
    ],
    [
      'where the same Client ID of another realm signs in with the same access secret',
      [rotator(), customer('globex-prod', { 'iam.auth.secretId': SHARED_SECRET })],
      `credentials[1].iam.auth.secretId: ${SHARED_SECRET} gets the secret of 'flow-secret-rotator' in the realm of 'acme-rotator'`,
    ],
    [
      'where another client signs in with the same access secret',
      [rotator(), customer('globex-prod', caller('flow-caller', TOKEN_URL, SHARED_SECRET))],
      `credentials[1].connectors[0].auth.secretId: ${SHARED_SECRET} gets the secret of 'flow-secret-rotator'`,
    ],
    [
      'where two credentials write the same access secret',
      [
        rotator(),
        rotator({ id: 'acme-second', clientId: 'flow-caller', 'iam.auth.secretId': 'csr-access/acme-second/iam' }),
      ],
      `credentials[1].connectors: ${SHARED_SECRET} is written by 'acme-rotator' (element 0) already`,
    ],
  ])('is not: %s', (_what, credentials, line) => {
    expect(faults(...credentials)).toContainEqual(expect.stringContaining(line));
  });

  it('has a name of its own in each realm', () => {
    const globex = 'csr-access/shared/globex-iam';
    const own = customer('globex-rotator', {
      clientId: 'flow-secret-rotator',
      'iam.auth.secretId': globex,
      connectors: [{ name: 'the rotator', via: 'access-secret', secretId: globex }],
    });
    expect(faults(rotator(), acmeProd(), own)).toEqual([]);
  });
});

describe("a connector's address", () => {
  it('is the same in another spelling', () => {
    const [{ auth }] = customer('acme-prod').connectors as [{ auth: object }];
    const connectors = ['https://flow.example.com/c', 'https://FLOW.example.com:443/c'].map((url, i) => ({
      name: `c${i}`,
      url,
      auth,
    }));
    expect(faults(customer('acme-prod', { connectors }))).toEqual([
      'credentials[0].connectors[1].url: is already the url of element 0',
    ]);
  });
});
