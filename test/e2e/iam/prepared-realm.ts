import { randomUUID } from 'node:crypto';
import type { KeycloakAdmin } from '../../../local/real-stack/keycloak/admin.ts';
import { requestToken } from '../../../local/real-stack/keycloak/tokens.ts';

/** The password of the realm's own administrator. */
export const PASSWORD = 'canary-realm-Passw0rd';
/** That administrator's name. */
export const ADMINISTRATOR = 'boss';

/** A realm of one test, with an administrator of its own who is none of the server. */
export interface TestRealm {
  readonly realm: string;
  readonly adminUrl: string;
  readonly realmUrl: string;
  /** Everything in the realm that a preparation could change, in an order that is always the same. */
  snapshot(): Promise<Record<string, unknown>>;
  /** The status of a call of the admin API by a client that signs in with a secret. */
  statusAs(client: { clientId: string; secret: string }, path: string): Promise<number>;
}

/** Makes a realm with an administrator, who has the role `realm-admin` and nothing else. */
export async function createTestRealm(admin: KeycloakAdmin, url: string, name: string): Promise<TestRealm> {
  const realm = `${name}-${randomUUID().slice(0, 8)}`;
  await admin.createRealm(realm);
  await addAdministrator(admin, realm);
  const adminUrl = `${url}/admin/realms/${realm}`;
  const realmUrl = `${url}/realms/${realm}`;
  return {
    realm,
    adminUrl,
    realmUrl,
    snapshot: async () => ordered(await snapshotOf(admin, realm)) as Record<string, unknown>,
    statusAs: async (client, path) => {
      const { body } = await requestToken(realmUrl, client);
      const headers = { authorization: `Bearer ${body.access_token}` };
      return (await fetch(`${adminUrl}${path}`, { headers })).status;
    },
  };
}

/** Makes the administrator in a realm that is there. */
export async function addAdministrator({ api }: KeycloakAdmin, realm: string): Promise<void> {
  const profile = { email: 'boss@example.com', emailVerified: true, firstName: 'B', lastName: 'B' };
  const credentials = [{ type: 'password', value: PASSWORD, temporary: false }];
  const { id } = await api.users.create({ realm, username: ADMINISTRATOR, enabled: true, ...profile, credentials });
  const [management] = await api.clients.find({ realm, clientId: 'realm-management' });
  const clientUniqueId = management?.id ?? '';
  const role = await api.clients.findRole({ realm, id: clientUniqueId, roleName: 'realm-admin' });
  await api.users.addClientRoleMappings({
    realm,
    id,
    clientUniqueId,
    roles: [{ id: role?.id ?? '', name: 'realm-admin' }],
  });
}

/** Keycloak itself keeps this client once permissions have been on, and lets nobody delete it. */
const KEPT = { client: 'admin-permissions', member: 'adminPermissionsClient' };

async function snapshotOf({ api }: KeycloakAdmin, realm: string): Promise<Record<string, unknown>> {
  const clients = (await api.clients.find({ realm, max: 1000 })).filter(({ clientId }) => clientId !== KEPT.client);
  const roles = async ({ id = '', clientId = '' }) => [
    clientId,
    (await api.clients.listRoles({ realm, id })).map(({ name }) => name).sort(),
  ];
  return {
    realm: { ...(await api.realms.findOne({ realm })), [KEPT.member]: undefined },
    clients,
    roles: await Promise.all(clients.map(roles)),
    users: await api.users.find({ realm, max: 1000 }),
    profiles: await api.clientPolicies.listProfiles({ realm }),
    policies: await api.clientPolicies.listPolicies({ realm }),
    permissions: await permissionsOf(api, realm),
  };
}

/** Keycloak gives lists in any order, from one call to the next. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const text = (one: unknown) => JSON.stringify(one) ?? '';
    return value.map(ordered).sort((one, other) => (text(one) < text(other) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, ordered(member)]));
}

async function permissionsOf(api: KeycloakAdmin['api'], realm: string): Promise<unknown> {
  const [kept] = await api.clients.find({ realm, clientId: KEPT.client });
  if (!kept?.id) return [];
  return await api.clients.listPolicies({ realm, id: kept.id, max: 1000 });
}
