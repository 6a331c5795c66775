import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../../functions/credential/settings/credential.ts';
import { planFaults, planWarnings } from '../../../../local/real-stack/provisioning/faults.ts';
import { planProvisioning } from '../../../../local/real-stack/provisioning/plan.ts';

const KEYCLOAK = 'http://127.0.0.1:8080';
const schema = credentialSchema({ prefix: 'csr', local: true });

interface Change {
  readonly realm?: string;
  readonly rotator?: string;
  readonly iamSecret?: string;
  readonly connectorAuth?: object;
  readonly [setting: string]: unknown;
}

function credential(id: string, change: Change = {}) {
  const { realm = id, rotator = 'rotator', iamSecret = `csr-access/${id}/iam`, connectorAuth, ...settings } = change;
  return schema.parse({
    id,
    accessTokenUrl: `${KEYCLOAK}/realms/${realm}/protocol/openid-connect/token`,
    clientId: `NC_Flow_${id}`,
    scope: 'openid',
    iam: { adminUrl: `${KEYCLOAK}/admin/realms/${realm}`, auth: { clientId: rotator, secretId: iamSecret } },
    connectors: [
      {
        name: 'IFS',
        url: `http://127.0.0.1:8090/${id}`,
        auth: connectorAuth ?? { type: 'bearer', secretId: `csr-access/${id}/connector` },
      },
    ],
    schedule: { expression: 'rate(30 days)' },
    ...settings,
  });
}

/** Secrets that tell in which order they were made. */
function counter() {
  let made = 0;
  return () => `secret-${++made}`;
}

describe('planProvisioning', () => {
  it('plans realm, client, rotator and access secrets of one credential', () => {
    expect(planProvisioning([credential('acme')], counter())).toEqual({
      realms: [
        {
          name: 'acme',
          overlap: 'everybody',
          clients: [{ clientId: 'NC_Flow_acme', scopes: ['openid'], overlap: true }],
          rotators: [{ clientId: 'rotator', secret: 'secret-1', clients: ['NC_Flow_acme'] }],
        },
      ],
      secrets: new Map<string, object>([
        ['csr-access/acme/iam', { clientSecret: 'secret-1' }],
        ['csr-access/acme/connector', { token: 'local-acme' }],
      ]),
    });
  });

  it('makes both clients that alternate, and lets the rotator manage both', () => {
    const pair = credential('acme', { strategy: 'alternating-clients', clientId: ['NC_A', 'NC_B'] });
    const [realm] = planProvisioning([pair], counter()).realms;
    expect(realm?.overlap).toBe('nobody');
    expect(realm?.clients.map(({ clientId }) => clientId)).toEqual(['NC_A', 'NC_B']);
    expect(realm?.rotators[0]?.clients).toEqual(['NC_A', 'NC_B']);
  });

  it('makes a rotator that rotates its own secret once, as what it is for others and for itself', () => {
    const iamSecret = 'csr-access/shared/iam';
    const connectors = [{ name: 'the rotator', via: 'access-secret', secretId: iamSecret }];
    const own = credential('own', { realm: 'acme', clientId: 'rotator', iamSecret, connectors });
    const fleet = [credential('acme', { iamSecret }), own];
    const { realms, secrets } = planProvisioning(fleet, counter());
    expect(realms).toEqual([
      {
        name: 'acme',
        overlap: 'everybody',
        clients: [{ clientId: 'NC_Flow_acme', scopes: ['openid'], overlap: true }],
        rotators: [
          {
            clientId: 'rotator',
            secret: 'secret-1',
            clients: ['NC_Flow_acme'],
            own: { clientId: 'rotator', scopes: ['openid'], overlap: true },
          },
        ],
      },
    ]);
    expect(secrets.get(iamSecret)).toEqual({ clientSecret: 'secret-1' });
    expect(planFaults(fleet)).toEqual([]);
  });

  it('makes a shared realm and rotator once, for the clients of both', () => {
    const fleet = [credential('one', { realm: 'shared' }), credential('two', { realm: 'shared' })];
    const { realms, secrets } = planProvisioning(fleet, counter());
    expect(realms.map(({ name }) => name)).toEqual(['shared']);
    expect(realms[0]?.rotators).toEqual([
      { clientId: 'rotator', secret: 'secret-1', clients: ['NC_Flow_one', 'NC_Flow_two'] },
    ]);
    expect(secrets.get('csr-access/one/iam')).toEqual({ clientSecret: 'secret-1' });
    expect(secrets.get('csr-access/two/iam')).toEqual({ clientSecret: 'secret-1' });
  });

  it('gives rotators of two realms one secret where they share its access secret', () => {
    const fleet = ['one', 'two'].map((id) => credential(id, { iamSecret: 'csr-access/shared/iam' }));
    const { realms } = planProvisioning(fleet, counter());
    expect(realms.flatMap(({ rotators }) => rotators.map(({ secret }) => secret))).toEqual(['secret-1', 'secret-1']);
  });

  it('chooses who may overlap where one of the realm must not', () => {
    const fleet = [
      credential('one', { realm: 'shared', strategy: 'dual-secret' }),
      credential('two', { realm: 'shared', tags: { overlap: 'no' } }),
    ];
    const [realm] = planProvisioning(fleet, counter()).realms;
    expect(realm?.overlap).toBe('chosen');
    expect(realm?.clients.map(({ overlap }) => overlap)).toEqual([true, false]);
  });

  it.each([
    ['in-place', {}, 'nobody'],
    ['auto', { overlap: 'no' }, 'nobody'],
    ['dual-secret', { overlap: 'no' }, 'everybody'],
  ])('of strategy %s with tags %j, %s may overlap', (strategy, tags, overlap) => {
    expect(planProvisioning([credential('acme', { strategy, tags })], counter()).realms[0]?.overlap).toBe(overlap);
  });

  it('gives a shared access secret every form that is asked for, from the first who asks', () => {
    const at = (type: string) => ({ connectorAuth: { type, secretId: 'csr-access/shared/flow' } });
    const fleet = [credential('one', at('bearer')), credential('two', at('basic')), credential('three', at('bearer'))];
    const document = { token: 'local-one', username: 'two', password: 'local-two' };
    expect(planProvisioning(fleet, counter()).secrets.get('csr-access/shared/flow')).toEqual(document);
  });

  it("makes a connector's client with the secret that the access secret holds", () => {
    const connectorAuth = {
      type: 'client-credentials',
      accessTokenUrl: `${KEYCLOAK}/realms/flow/protocol/openid-connect/token`,
      clientId: 'caller',
      secretId: 'csr-access/acme/connector',
    };
    const { realms, secrets } = planProvisioning([credential('acme', { connectorAuth })], counter());
    expect(realms[1]).toEqual({
      name: 'flow',
      overlap: 'nobody',
      clients: [{ clientId: 'caller', secret: 'local-acme', scopes: [], overlap: false }],
      rotators: [],
    });
    expect(secrets.get('csr-access/acme/connector')).toEqual({ clientSecret: 'local-acme' });
  });
});

describe('planFaults', () => {
  it('refuses a rotator that is itself rotated', () => {
    expect(planFaults([credential('acme', { rotator: 'NC_Flow_acme' })])).toEqual([
      "credentials[0].iam.auth.clientId: 'NC_Flow_acme' is itself rotated; name a client of its own",
    ]);
  });

  it("refuses a connector's client that is rotated, and one whose secret would have two homes", () => {
    const auth = (clientId: string, id: string) => ({
      type: 'client-credentials',
      accessTokenUrl: `${KEYCLOAK}/realms/one/protocol/openid-connect/token`,
      clientId,
      secretId: `csr-access/${id}/connector`,
    });
    const fleet = [
      credential('one', { connectorAuth: auth('NC_Flow_one', 'one') }),
      credential('two', { connectorAuth: auth('caller', 'two') }),
      credential('three', { connectorAuth: auth('caller', 'three') }),
    ];
    expect(planFaults(fleet)).toEqual([
      "credentials[0].connectors[0].auth.clientId: 'NC_Flow_one' is rotated or a rotator; name another client",
      "credentials[2].connectors[0].auth.secretId: the secret of 'caller' is in 'csr-access/two/connector' already; name that one",
    ]);
  });
});

it('warns of two credentials that rotate the same client', () => {
  const fleet = ['one', 'two'].map((id) => credential(id, { realm: 'shared', clientId: 'NC_Flow' }));
  expect(planWarnings(fleet)).toEqual(['credentials[1].clientId: one rotates the same client of the same realm']);
});
