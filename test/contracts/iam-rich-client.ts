import { expect } from '@jest/globals';
import { OVERLAP_ROLE } from '../../local/stand-ins/iam/overlap-policy.ts';
import type { IamProbe } from './iam-probe.ts';

type Made = Awaited<ReturnType<IamProbe['client']>>;

/** What a PUT has to repeat, lest Keycloak switches it off. */
export const SWITCHES = { serviceAccountsEnabled: true, authorizationServicesEnabled: true };

/** What {@link enrich} adds, as far as all releases show it alike. */
export const RICH = {
  representation: {
    ...SWITCHES,
    description: 'of the invoice team',
    consentRequired: true,
    standardFlowEnabled: true,
    attributes: { 'of.others': 'kept', 'access.token.lifespan': '240' },
    redirectUris: ['https://flow.example.com/*'],
    webOrigins: ['https://flow.example.com'],
    defaultClientScopes: expect.arrayContaining(['email', 'profile']),
    protocolMappers: expect.arrayContaining([expect.objectContaining({ name: 'upn' })]),
  },
  resources: expect.arrayContaining(['invoices']),
  policies: expect.arrayContaining(['office hours', 'read invoices']),
  roles: ['clerk'],
  rolesOfServiceAccount: expect.arrayContaining(['clerk']),
  consents: [expect.objectContaining({ grantedClientScopes: expect.arrayContaining(['email', 'profile']) })],
};

/**
 * Gives a client all that a client can have: authorization services, a role for its service account, a mapper, URIs, attributes,
 * and a user's consent.
 */
export async function enrich(probe: IamProbe, { clientId, uuid, path, put }: Made): Promise<void> {
  const { representation } = RICH;
  const { protocolMappers: _, defaultClientScopes: _scopes, ...plain } = representation;
  const steps: [string, string, unknown][] = [
    ['POST', `${path}/protocol-mappers/models`, MAPPER],
    ['POST', `${path}/authz/resource-server/import`, AUTHORIZATION],
    ['POST', `${path}/roles`, { name: 'clerk' }],
    ['POST', '/partialImport', { users: [{ username: userOf(uuid), clientConsents: [{ clientId, ...CONSENT }] }] }],
  ];
  expect((await put(plain)).status).toBe(204);
  for (const [method, where, body] of steps) expect((await probe.admin(method, where, body)).status).toBeLessThan(300);
  const clerk = (await probe.admin('GET', `${path}/roles`)).body.filter(({ name }: Named) => name === 'clerk');
  const user = (await probe.admin('GET', `${path}/service-account-user`)).body.id;
  expect((await probe.admin('POST', `/users/${user}/role-mappings/clients/${uuid}`, clerk)).status).toBe(204);
}

/** Who consented. A consent by hand needs a browser; an import makes the same one. */
function userOf(uuid: string): string {
  return `user-of-${uuid}`;
}

const CONSENT = { grantedClientScopes: ['email', 'profile'] };

interface Named {
  readonly name: string;
}

/** All that can be read of a client but its secret and what a rotation keeps about it. */
export async function everything(probe: IamProbe, { uuid, path, read }: Made) {
  const { secret: _, attributes, ...representation } = await read();
  const others = Object.entries(attributes).filter(([name]) => !OURS.test(name));
  const authorization = (await probe.admin('GET', `${path}/authz/resource-server/settings`)).body;
  const user = (await probe.admin('GET', `${path}/service-account-user`)).body;
  const [consenting] = (await probe.admin('GET', `/users?username=${userOf(uuid)}&exact=true`)).body;
  return {
    representation: sorted({ ...representation, attributes: Object.fromEntries(others) }),
    authorization: sorted(authorization),
    resources: namesOf(authorization.resources),
    policies: namesOf(authorization.policies),
    roles: namesOf((await probe.admin('GET', `${path}/roles`)).body).filter((name) => !GIVEN.includes(name)),
    serviceAccount: user,
    consents: sorted((await probe.admin('GET', `/users/${consenting.id}/consents`)).body),
    rolesOfServiceAccount: namesOf((await probe.admin('GET', `/users/${user.id}/role-mappings/clients/${uuid}`)).body),
  };
}

/** Roles that nobody gave the client here: Keycloak's own, and the fixture's. */
const GIVEN = ['uma_protection', OVERLAP_ROLE];

const OURS = /^client\.secret\.|^novacura\.rotation$/;

function namesOf(list: readonly Named[] | undefined): string[] {
  return (list ?? []).map(({ name }) => name).sort();
}

/** Keycloak lists what has no order in any order. */
// biome-ignore lint/suspicious/noExplicitAny: what is compared is what Keycloak shows, whatever that is
function sorted(value: any): any {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

const MAPPER = {
  name: 'upn',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-hardcoded-claim-mapper',
  config: { 'claim.name': 'upn', 'claim.value': 'x', 'access.token.claim': 'true', 'jsonType.label': 'String' },
};

const AUTHORIZATION = {
  allowRemoteResourceManagement: true,
  policyEnforcementMode: 'ENFORCING',
  decisionStrategy: 'UNANIMOUS',
  scopes: [{ name: 'read' }],
  resources: [{ name: 'invoices', uris: ['/invoices/*'], scopes: [{ name: 'read' }] }],
  policies: [
    {
      name: 'office hours',
      type: 'time',
      logic: 'POSITIVE',
      decisionStrategy: 'UNANIMOUS',
      config: { hour: '8', hourEnd: '17' },
    },
    {
      name: 'read invoices',
      type: 'resource',
      logic: 'POSITIVE',
      decisionStrategy: 'UNANIMOUS',
      config: { resources: '["invoices"]', applyPolicies: '["office hours"]' },
    },
  ],
};
