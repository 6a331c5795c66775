import type { FetchInit } from '../../../functions/adapters/http/fetch.ts';

/** Something that a rotator must not be able to do. Where it can, the try does no harm all the same. */
export interface Neighbour {
  readonly on: string;
  readonly what: string;
  readonly method: FetchInit['method'];
  /** From the realm on, or from the server on with `server`. */
  readonly path: string;
  readonly server?: boolean;
  readonly body?: object;
  /** Whether `manage-clients` allows it, which is the least role before 26.2. */
  readonly withManageClients?: boolean;
  /** Looks into an answer that is a success: whether it holds nothing that the rotator must not see. */
  readonly harmless?: (body: unknown) => boolean;
}

/** What the tries are about. */
export interface Known {
  /** The rotator, and the clients that it may touch. */
  readonly rotator: string;
  readonly clients: readonly string[];
  /** A UUID that nothing has. */
  readonly nobody: string;
  /** Keycloak's ids of other clients. */
  readonly others: readonly string[];
}

/** Clients that every realm has. */
const EVERYWHERE = ['account', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'] as const;

/**
 * What is tried. A read is a look at one thing at most. A write is about something that isn't there, or would make what is there
 * already: Keycloak looks at the permission first.
 */
export function neighboursOf(known: Known): Neighbour[] {
  const clients = clientNeighbours(known).map((one) => ({ ...one, withManageClients: true }));
  return [...clients, ...realmNeighbours(known)];
}

function clientNeighbours({ rotator, clients, others }: Known): Neighbour[] {
  const onlyOurs = (body: unknown) => isListOf(body, clients);
  // Where its own secret is rotated, it has to see itself.
  const strangers = clients.includes(rotator) ? EVERYWHERE : [...EVERYWHERE, rotator];
  const found = strangers.map((clientId) => ({
    ...read('other clients', `find ${clientId}`, `/clients?clientId=${encodeURIComponent(clientId)}`),
    harmless: isEmpty,
  }));
  const byId = others.flatMap((id) => [
    read('other clients', `read ${id}`, `/clients/${id}`),
    read('other clients', `read the secret of ${id}`, `/clients/${id}/client-secret`),
  ]);
  return [
    { ...read('other clients', 'list them', '/clients?first=0&max=100'), harmless: onlyOurs },
    ...found,
    ...byId,
    write('clients', 'create one', 'POST', '/clients', { clientId: clients[0] }),
    { ...read('clients', 'list client scopes', '/client-scopes'), harmless: isEmpty },
    read('clients', 'list tokens for registration', '/clients-initial-access'),
  ];
}

function realmNeighbours({ nobody }: Known): Neighbour[] {
  return [
    read('users', 'list them', '/users?max=1'),
    read('users', 'count them', '/users/count'),
    write('users', 'change one', 'PUT', `/users/${nobody}`, {}),
    write('users', 'delete one', 'DELETE', `/users/${nobody}`),
    write('users', 'end a session', 'DELETE', `/sessions/${nobody}`),
    read('groups', 'list them', '/groups?max=1'),
    read('roles', 'read one', '/roles/offline_access'),
    write('roles', 'create one', 'POST', '/roles', { name: 'offline_access' }),
    write('roles', 'delete one', 'DELETE', `/roles/${nobody}`),
    write('roles', 'give one to a user', 'POST', `/users/${nobody}/role-mappings/realm`, []),
    { ...read('realm', 'read its settings', ''), harmless: isNameOnly },
    read('realm', 'read its keys', '/keys'),
    read('realm', 'read its components', '/components'),
    write('realm', 'delete a component', 'DELETE', `/components/${nobody}`),
    read('realm', 'read identity providers', '/identity-provider/instances'),
    write('realm', 'delete an identity provider', 'DELETE', `/identity-provider/instances/${nobody}`),
    write('realm', 'delete an authentication flow', 'DELETE', `/authentication/flows/${nobody}`),
    read('realm', 'read client policies', '/client-policies/policies'),
    read('realm', 'read client profiles', '/client-policies/profiles'),
    read('events', 'read events of users', '/events?max=1'),
    read('events', 'read events of administrators', '/admin-events?max=1'),
    read('events', 'read what is recorded', '/events/config'),
    { ...read('other realms', 'read master', '/realms/master'), server: true, harmless: isNameOnly },
  ];
}

function read(on: string, what: string, path: string): Neighbour {
  return { on, what, method: 'GET', path };
}

function write(on: string, what: string, method: FetchInit['method'], path: string, body?: object): Neighbour {
  return { on, what, method, path, ...(body && { body }) };
}

function isEmpty(body: unknown): boolean {
  return Array.isArray(body) && body.length === 0;
}

function isListOf(body: unknown, clientIds: readonly string[]): boolean {
  return (
    Array.isArray(body) && body.every(({ clientId }: { clientId?: unknown }) => clientIds.includes(String(clientId)))
  );
}

/** Whoever has any role of an administrator is told the realm's name. */
function isNameOnly(body: unknown): boolean {
  const { realm, ...others } = (body ?? {}) as Record<string, unknown>;
  return typeof realm === 'string' && !('sslRequired' in others) && !('accessTokenLifespan' in others);
}
