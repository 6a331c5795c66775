import { randomBytes } from 'node:crypto';
import type { AdminRequest } from './http.ts';

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
  /** Whether the release has fine-grained admin permissions v2; otherwise it may manage all clients. @default true */
  readonly fineGrained?: boolean;
}

/** Creates a confidential client with a service account and no other flow. */
export async function createClient(call: AdminRequest, realm: string, client: NewClient): Promise<CreatedClient> {
  const { clientId, secret = randomBytes(32).toString('base64url'), attributes = {} } = client;
  const { headers } = await call('POST', `/${realm}/clients`, {
    clientId,
    secret,
    attributes,
    protocol: 'openid-connect',
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
  });
  return { uuid: idIn(headers), clientId, secret };
}

/**
 * Creates the client that rotates, with the least rights that suffice: it may list clients, which shows it only those that it
 * may view, and view and manage exactly the given ones (fine-grained admin permissions v2). Releases without those know only
 * `manage-clients`: all clients of the realm.
 *
 * @see [Fine-grained admin permissions](https://www.keycloak.org/docs/latest/server_admin/index.html#_fine_grained_permissions)
 */
export async function createRotator(
  call: AdminRequest,
  realm: string,
  { clients, fineGrained = true, ...client }: NewRotator,
): Promise<CreatedClient> {
  if (fineGrained) await call('PUT', `/${realm}`, { adminPermissionsEnabled: true });
  const rotator = await createClient(call, realm, client);
  const user = (await call('GET', `/${realm}/clients/${rotator.uuid}/service-account-user`)).body.id as string;
  await giveRole(call, realm, { user, name: fineGrained ? 'query-clients' : 'manage-clients' });
  if (fineGrained) await allowManaging(call, realm, { name: rotator.clientId, user, clients });
  return rotator;
}

async function giveRole(
  call: AdminRequest,
  realm: string,
  { user, name }: { user: string; name: string },
): Promise<void> {
  const management = await uuidOf(call, realm, 'realm-management');
  const { body: role } = await call('GET', `/${realm}/clients/${management}/roles/${name}`);
  await call('POST', `/${realm}/users/${user}/role-mappings/clients/${management}`, [role]);
}

async function allowManaging(
  call: AdminRequest,
  realm: string,
  { name, user, clients }: { name: string; user: string; clients: readonly string[] },
): Promise<void> {
  const server = `/${realm}/clients/${await uuidOf(call, realm, 'admin-permissions')}/authz/resource-server`;
  const policy = await call('POST', `${server}/policy/user`, {
    name: `${name}-user`,
    users: [user],
    logic: 'POSITIVE',
  });
  await call('POST', `${server}/permission/scope`, {
    name: `${name}-clients`,
    resourceType: 'Clients',
    resources: clients,
    scopes: ['view', 'manage'],
    policies: [policy.body.id],
  });
}

async function uuidOf(call: AdminRequest, realm: string, clientId: string): Promise<string> {
  const { body } = await call('GET', `/${realm}/clients?clientId=${encodeURIComponent(clientId)}`);
  return body[0].id;
}

function idIn(headers: Headers): string {
  return new URL(headers.get('location') ?? '').pathname.split('/').at(-1) ?? '';
}
