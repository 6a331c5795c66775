import { anyway } from '../../functions/credential/settings/parts/checks.ts';
import type { Fault } from '../faults/fault.ts';

/** A client of an IAM as some entry of the fleet file names it. */
interface Client {
  readonly path: readonly PropertyKey[];
  /** The place of the credential that names it. */
  readonly credential: number;
  readonly clientId: string;
  /** Addresses of its realm, as far as the entry tells; two clients with one in common are of the same realm. */
  readonly realms: readonly string[];
  /** The credential's id, for people. */
  readonly of: string;
}

/** A client that has two roles. */
export interface ClientFault extends Fault {
  /** The other credential that names it, by its place among all. */
  readonly other: number;
}

/** Checks that every client has one role in a file. */
export const oneRoleForEachClient = anyway<unknown>((credentials, tell) => {
  if (!Array.isArray(credentials)) return;
  for (const { path, message } of clientFaults(credentials, (index) => `element ${index}`)) tell([...path], message);
});

/**
 * Finds clients with more than one role. One that two entries rotate cuts both connectors off in turn. A rotator, or a client with
 * which a connector is accessed, loses its own way in when it is rotated.
 *
 * @param placeOf where a credential is, for people
 */
export function clientFaults(credentials: readonly unknown[], placeOf: (index: number) => string): ClientFault[] {
  const rotated = credentials.flatMap(rotatedClients);
  const known = byRealm(rotated);
  const twice = rotated.flatMap((client): ClientFault[] => {
    const first = sameAs(client, known).find((one) => one.credential < client.credential);
    if (!first) return [];
    const other = `'${first.of}' (${placeOf(first.credential)})`;
    const message = `'${client.clientId}' of this realm is rotated by ${other} already; keep one of the two`;
    return [{ path: client.path, message, other: first.credential }];
  });
  const ownWayIn = credentials.flatMap(accessClients).flatMap((client): ClientFault[] => {
    const [target] = sameAs(client, known);
    if (!target) return [];
    const consequence = 'rotating it would lock the rotator out; name a client of its own';
    const message = `'${client.clientId}' is itself rotated by '${target.of}', and ${consequence}`;
    return [{ path: client.path, message, other: target.credential }];
  });
  return [...twice, ...ownWayIn];
}

/** Clients by their id and each address of their realm. Thousands would take too long to compare with one another. */
function byRealm(clients: readonly Client[]): Map<string, Client[]> {
  const known = new Map<string, Client[]>();
  for (const client of clients) {
    for (const key of keysOf(client)) {
      const same = known.get(key);
      if (same) same.push(client);
      else known.set(key, [client]);
    }
  }
  return known;
}

/** In the order of the file. */
function sameAs(client: Client, known: ReadonlyMap<string, readonly Client[]>): Client[] {
  return keysOf(client)
    .flatMap((key) => known.get(key) ?? [])
    .sort((one, other) => one.credential - other.credential);
}

function keysOf({ clientId, realms }: Client): string[] {
  return realms.map((realm) => JSON.stringify([clientId, realm]));
}

function rotatedClients(credential: unknown, index: number): Client[] {
  const realms = realmsAt(credential, ['accessTokenUrl'], ['iam', 'adminUrl']);
  const ids = at(credential, ['clientId']);
  const named = Array.isArray(ids)
    ? ids.map((id, i) => [id, ['clientId', i]] as const)
    : [[ids, ['clientId']] as const];
  return named.flatMap(([id, path]) =>
    client(id, { path: [index, ...path], credential: index, realms, of: idOf(credential) }),
  );
}

/** The rotator, and clients with which a connector is accessed. */
function accessClients(credential: unknown, index: number): Client[] {
  const of = idOf(credential);
  const auth = ['iam', 'auth'];
  const own = realmsAt(credential, [...auth, 'accessTokenUrl']);
  const realms = own.length > 0 ? own : realmsAt(credential, ['accessTokenUrl'], ['iam', 'adminUrl']);
  const connectors = at(credential, ['connectors']);
  const callers = (Array.isArray(connectors) ? connectors : []).flatMap((_, i) => {
    const path = ['connectors', i, 'auth'];
    const realms = realmsAt(credential, [...path, 'accessTokenUrl']);
    return client(at(credential, [...path, 'clientId']), {
      path: [index, ...path, 'clientId'],
      credential: index,
      realms,
      of,
    });
  });
  const path = [index, ...auth, 'clientId'];
  return [...client(at(credential, [...auth, 'clientId']), { path, credential: index, realms, of }), ...callers];
}

function client(clientId: unknown, rest: Omit<Client, 'clientId'>): Client[] {
  return typeof clientId === 'string' ? [{ clientId, ...rest }] : [];
}

function idOf(credential: unknown): string {
  return String(at(credential, ['id']) ?? '');
}

function realmsAt(credential: unknown, ...paths: PropertyKey[][]): string[] {
  return paths.flatMap((path) => realmOf(at(credential, path)) ?? []);
}

/** A realm's own address, out of its token endpoint's or its administration's. */
function realmOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  return new URL(url).href
    .replace(/\/admin\/realms\/([^/]+)\/?$/, '/realms/$1')
    .replace(/\/protocol\/openid-connect\/token\/?$/, '');
}

/** What lies at a path, whatever else is wrong with the credential. */
function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((node, key) => (node as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}
