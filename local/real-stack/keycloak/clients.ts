import { randomBytes } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';

/** A client as it was created. */
export interface CreatedClient {
  /** Keycloak's own id, which the admin API's paths take. */
  readonly uuid: string;
  readonly clientId: string;
  readonly secret: string;
}

export interface NewClient {
  readonly clientId: string;
  /** @default - 256 random bits, base64url */
  readonly secret?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface NewRotator extends NewClient {
  /** Keycloak's ids of the clients that it rotates. */
  readonly clients: readonly string[];
  /** Whether it rotates its own secret, too. @default false */
  readonly itself?: boolean;
  /** Whether the release has fine-grained admin permissions v2; otherwise it may manage all clients. @default true */
  readonly fineGrained?: boolean;
}

/** Creates a confidential client with a service account and no other flow. */
export async function createClient(api: KeycloakAdminClient, realm: string, client: NewClient): Promise<CreatedClient> {
  const { clientId, secret = randomBytes(32).toString('base64url'), attributes = {} } = client;
  const { id: uuid } = await api.clients.create({
    realm,
    clientId,
    secret,
    attributes,
    protocol: 'openid-connect',
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
  });
  return { uuid, clientId, secret };
}

/**
 * Lets a client ask for scopes; those that the realm doesn't have are made.
 *
 * @param options.uuid Keycloak's id of the client
 * @param options.scopes `openid` is every client's
 * @see [Client scopes](https://www.keycloak.org/docs/latest/server_admin/index.html#_client_scopes)
 */
export async function allowScopes(
  api: KeycloakAdminClient,
  realm: string,
  { uuid: id, scopes }: { uuid: string; scopes: readonly string[] },
): Promise<void> {
  const client = await api.clients.findOne({ realm, id });
  const allowed = ['openid', ...(client?.defaultClientScopes ?? []), ...(client?.optionalClientScopes ?? [])];
  for (const name of scopes.filter((one) => !allowed.includes(one))) {
    const known = await api.clientScopes.findOneByName({ realm, name });
    const attributes = { 'include.in.token.scope': 'true' };
    const scope = known ?? (await api.clientScopes.create({ realm, name, protocol: 'openid-connect', attributes }));
    await api.clients.addOptionalClientScope({ realm, id, clientScopeId: scope.id ?? '' });
  }
}

/**
 * Creates the client that rotates, with the least rights that suffice: it may list clients, which shows it only those that it
 * may view, and view and manage exactly the given ones (fine-grained admin permissions v2). Releases without those know only
 * `manage-clients`: all clients of the realm.
 *
 * @see [Fine-grained admin permissions](https://www.keycloak.org/docs/latest/server_admin/index.html#_fine_grained_permissions)
 */
export async function createRotator(
  api: KeycloakAdminClient,
  realm: string,
  { clients, itself = false, fineGrained = true, ...client }: NewRotator,
): Promise<CreatedClient> {
  if (fineGrained) await api.realms.update({ realm }, { adminPermissionsEnabled: true });
  const rotator = await createClient(api, realm, client);
  const { id: user = '' } = await api.clients.getServiceAccountUser({ realm, id: rotator.uuid });
  await giveRole(api, realm, { user, roleName: fineGrained ? 'query-clients' : 'manage-clients' });
  const managed = itself ? [...clients, rotator.uuid] : clients;
  if (fineGrained) await allowManaging(api, realm, { name: rotator.clientId, user, clients: managed });
  return rotator;
}

async function giveRole(
  api: KeycloakAdminClient,
  realm: string,
  { user, roleName }: { user: string; roleName: string },
): Promise<void> {
  const management = await uuidOf(api, realm, 'realm-management');
  const role = await api.clients.findRole({ realm, id: management, roleName });
  const roles = [{ id: role?.id ?? '', name: roleName }];
  await api.users.addClientRoleMappings({ realm, id: user, clientUniqueId: management, roles });
}

async function allowManaging(
  api: KeycloakAdminClient,
  realm: string,
  { name, user, clients }: { name: string; user: string; clients: readonly string[] },
): Promise<void> {
  const id = await uuidOf(api, realm, 'admin-permissions');
  const policy = await api.clients.createPolicy({ realm, id, type: 'user' }, { name: `${name}-user`, users: [user] });
  const permission = {
    name: `${name}-clients`,
    resourceType: 'Clients',
    resources: [...clients],
    scopes: ['view', 'manage'],
    policies: [policy.id ?? ''],
  };
  await api.clients.createPermission({ realm, id, type: 'scope' }, permission);
}

async function uuidOf(api: KeycloakAdminClient, realm: string, clientId: string): Promise<string> {
  const [found] = await api.clients.find({ realm, clientId });
  return found?.id ?? '';
}
