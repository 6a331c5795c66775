import { anyway } from '../../functions/credential/settings/checks.ts';

/** A client of an IAM as some entry of the fleet file names it. */
interface Client {
  readonly path: readonly PropertyKey[];
  readonly clientId: string;
  /** Addresses of its realm, as far as the entry tells; two clients with one in common are of the same realm. */
  readonly realms: readonly string[];
  /** The credential's id, for people. */
  readonly of: string;
}

/**
 * Checks that every client has one role in the whole fleet. One that two entries rotate cuts both connectors off in turn. A rotator, or
 * a client with which a connector is accessed, loses its own way in when it is rotated.
 */
export const oneRoleForEachClient = anyway<unknown>((credentials, tell) => {
  if (!Array.isArray(credentials)) return;
  const rotated = credentials.flatMap(rotatedClients);
  for (const [index, client] of rotated.entries()) {
    const first = rotated.slice(0, index).find((one) => one.path[0] !== client.path[0] && same(one, client));
    if (!first) continue;
    const other = `'${first.of}' (element ${String(first.path[0])})`;
    tell([...client.path], `'${client.clientId}' of this realm is rotated by ${other} already; keep one of the two`);
  }
  for (const client of credentials.flatMap(accessClients)) {
    const target = rotated.find((one) => same(one, client));
    if (!target) continue;
    const consequence = 'rotating it would lock the rotator out; name a client of its own';
    tell([...client.path], `'${client.clientId}' is itself rotated by '${target.of}', and ${consequence}`);
  }
});

function same(one: Client, other: Client): boolean {
  return one.clientId === other.clientId && one.realms.some((realm) => other.realms.includes(realm));
}

function rotatedClients(credential: unknown, index: number): Client[] {
  const realms = realmsAt(credential, ['accessTokenUrl'], ['iam', 'adminUrl']);
  const ids = at(credential, ['clientId']);
  const named = Array.isArray(ids)
    ? ids.map((id, i) => [id, ['clientId', i]] as const)
    : [[ids, ['clientId']] as const];
  return named.flatMap(([id, path]) => client(id, { path: [index, ...path], realms, of: idOf(credential) }));
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
    return client(at(credential, [...path, 'clientId']), { path: [index, ...path, 'clientId'], realms, of });
  });
  const path = [index, ...auth, 'clientId'];
  return [...client(at(credential, [...auth, 'clientId']), { path, realms, of }), ...callers];
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
