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

/** A client that is rotated. */
interface Rotated extends Client {
  /** Access secrets into which its secret is written. */
  readonly writes: readonly string[];
}

/** A client with which the rotator signs in. */
interface Used extends Client {
  /** The access secret with its secret; undefined where it has a key, or a fault. */
  readonly secretId: string | undefined;
  /** Whether that lies in another account, where an access secret of the same name is another one. */
  readonly elsewhere: boolean;
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
 * which a connector is accessed, loses its own way in when it is rotated, unless the rotation writes the access secret that is used.
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
  const used = credentials.flatMap(accessClients);
  const ownWayIn = used.flatMap((client): ClientFault[] => {
    const [target] = sameAs(client, known);
    return target ? lockOut(client, target) : [];
  });
  return [...twice, ...ownWayIn, ...writtenTwice(rotated, placeOf), ...writtenOver(rotated, used)];
}

/** What is wrong with signing in as a client that is rotated. */
function lockOut(client: Used, target: Rotated): ClientFault[] {
  const { clientId, secretId, elsewhere, path } = client;
  if (secretId !== undefined && !elsewhere && target.writes.includes(secretId)) return [];
  const rotated = `'${clientId}' is itself rotated by '${target.of}'`;
  const other = target.credential;
  if (secretId === undefined || target.writes.length === 0) {
    const remedy =
      "name a client of its own, or have its rotation write this access secret, by a connector via 'access-secret'";
    return [{ path, message: `${rotated}, and rotating it would lock the rotator out; ${remedy}`, other }];
  }
  const where = elsewhere ? ' in the account of the deployment' : '';
  const message = `${rotated}, which writes its secret into ${target.writes.join(' and ')}${where} only: name that one`;
  return [{ path: [...path.slice(0, -1), 'secretId'], message, other }];
}

/** Access secrets that several credentials write: each would take the other's client its secret. */
function writtenTwice(rotated: readonly Rotated[], placeOf: (index: number) => string): ClientFault[] {
  const firsts = new Map<string, Rotated>();
  return rotated.flatMap((client) =>
    client.writes.flatMap((secretId): ClientFault[] => {
      const first = firsts.get(secretId) ?? client;
      firsts.set(secretId, first);
      if (first.credential === client.credential) return [];
      const message = `${secretId} is written by '${first.of}' (${placeOf(first.credential)}) already; each client needs an access secret of its own`;
      return [{ path: [client.credential, 'connectors'], message, other: first.credential }];
    }),
  );
}

/** Access secrets that are written with the secret of one client, and used as that of another: for example of another realm. */
function writtenOver(rotated: readonly Rotated[], used: readonly Used[]): ClientFault[] {
  const writers = new Map(rotated.flatMap((client) => client.writes.map((secretId) => [secretId, client] as const)));
  return used.flatMap((client): ClientFault[] => {
    const writer = client.elsewhere || client.secretId === undefined ? undefined : writers.get(client.secretId);
    if (!writer || sameAs(client, byRealm([writer])).length > 0) return [];
    const message = `${client.secretId} gets the secret of '${writer.clientId}' in the realm of '${writer.of}': '${client.clientId}' of this realm needs an access secret of its own`;
    return [{ path: [...client.path.slice(0, -1), 'secretId'], message, other: writer.credential }];
  });
}

/** Clients by their id and each address of their realm. Thousands would take too long to compare with one another. */
function byRealm<C extends Client>(clients: readonly C[]): Map<string, C[]> {
  const known = new Map<string, C[]>();
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
function sameAs<C extends Client>(client: Client, known: ReadonlyMap<string, readonly C[]>): C[] {
  return keysOf(client)
    .flatMap((key) => known.get(key) ?? [])
    .sort((one, other) => one.credential - other.credential);
}

function keysOf({ clientId, realms }: Client): string[] {
  return realms.map((realm) => JSON.stringify([clientId, realm]));
}

function rotatedClients(credential: unknown, index: number): Rotated[] {
  const realms = realmsAt(credential, ['accessTokenUrl'], ['iam', 'adminUrl']);
  const ids = at(credential, ['clientId']);
  const named = Array.isArray(ids)
    ? ids.map((id, i) => [id, ['clientId', i]] as const)
    : [[ids, ['clientId']] as const];
  const rest = { credential: index, realms, of: idOf(credential), writes: writtenBy(credential) };
  return named.flatMap(([id, path]) => client(id, { path: [index, ...path], ...rest }));
}

function writtenBy(credential: unknown): string[] {
  return connectorsOf(credential).flatMap((connector) => {
    const secretId = at(connector, ['secretId']);
    return at(connector, ['via']) === 'access-secret' && typeof secretId === 'string' ? [secretId] : [];
  });
}

function connectorsOf(credential: unknown): readonly unknown[] {
  const connectors = at(credential, ['connectors']);
  return Array.isArray(connectors) ? connectors : [];
}

/** The rotator, and clients with which a connector is accessed. */
function accessClients(credential: unknown, index: number): Used[] {
  const rest = { credential: index, of: idOf(credential), elsewhere: at(credential, ['account']) !== undefined };
  const usedAt = (path: readonly PropertyKey[], realms: readonly string[]): Used[] => {
    const named = at(credential, [...path, 'secretId']);
    const secretId = typeof named === 'string' ? named : undefined;
    return client(at(credential, [...path, 'clientId']), {
      ...rest,
      path: [index, ...path, 'clientId'],
      realms,
      secretId,
    });
  };
  const own = realmsAt(credential, ['iam', 'auth', 'accessTokenUrl']);
  const realms = own.length > 0 ? own : realmsAt(credential, ['accessTokenUrl'], ['iam', 'adminUrl']);
  const callers = connectorsOf(credential).flatMap((_, i) => {
    const path = ['connectors', i, 'auth'];
    return usedAt(path, realmsAt(credential, [...path, 'accessTokenUrl']));
  });
  return [...usedAt(['iam', 'auth'], realms), ...callers];
}

function client<Rest extends object>(clientId: unknown, rest: Rest): (Rest & { readonly clientId: string })[] {
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
