import * as z from 'zod';
import type { Realm } from '../admin/realm.ts';
import { clientIn } from './read.ts';
import { DESCRIPTION, permissionNames } from './recipe.ts';
import type { SeenPermission, SeenPermissions, SeenUserPolicy } from './seen.ts';

/** The client in which Keycloak keeps the fine-grained permissions of a realm. */
const ADMIN_PERMISSIONS = 'admin-permissions';

/** More permissions than any realm has. */
const ALL = 'first=0&max=10000';

const Listed = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  resourceType: z.string().nullish(),
  type: z.string().nullish(),
});
type Listed = z.infer<typeof Listed>;
const List = z.array(Listed);

/** The path of the permissions of a realm. */
export function authorizationPath(client: string): string {
  return `/clients/${client}/authz/resource-server`;
}

/** Keycloak's id of the client that keeps the permissions; undefined before they were on for the first time. */
async function permissionsClientIn(realm: Realm): Promise<string | undefined> {
  return (await clientIn(realm, ADMIN_PERMISSIONS))?.id;
}

/**
 * Reads the permissions of a realm.
 *
 * @param serviceAccount id of the rotator's service account @default - it has none yet
 * @returns undefined before permissions were on for the first time
 * @throws {CliError}
 */
export async function observePermissions(
  realm: Realm,
  rotator: string,
  serviceAccount?: string,
): Promise<SeenPermissions | undefined> {
  const client = await permissionsClientIn(realm);
  if (client === undefined) return undefined;
  const path = authorizationPath(client);
  const reading = { realm, path, serviceAccount };
  const names = permissionNames(rotator);
  const listed = await realm.get(`${path}/permission?${ALL}`, List);
  const own = listed.find(({ name }) => name === names.name);
  const others = listed.filter((one) => one !== own);
  const ofClients = others.filter(({ resourceType }) => resourceType === 'Clients');
  return {
    client,
    userPolicy: await observeUserPolicy(realm, path, names.userPolicy),
    own: own && (await observePermission(own, reading)),
    others: await Promise.all(ofClients.map((one) => observePermission(one, reading))),
    count: others.length,
  };
}

/** Where permissions are read, and for whom. */
interface Reading {
  readonly realm: Realm;
  readonly path: string;
  readonly serviceAccount: string | undefined;
}

async function observePermission(listed: Listed, reading: Reading): Promise<SeenPermission> {
  const { realm, path } = reading;
  const { id, name, description, resourceType } = listed;
  const names = (part: string) => realm.get(`${path}/policy/${id}/${part}`, z.array(z.object({ name: z.string() })));
  const [resources, scopes, policies] = await Promise.all([
    names('resources'),
    names('scopes'),
    realm.get(`${path}/policy/${id}/associatedPolicies`, List),
  ]);
  const asked = policies.map((one) => saysYes(one, reading));
  return {
    id,
    name,
    mine: description === DESCRIPTION,
    resourceType: resourceType ?? undefined,
    // The resource of a client is called by the client's id; that of all clients by its type.
    clients: resources.map((one) => one.name).filter((one) => one !== resourceType),
    scopes: scopes.map((one) => one.name),
    forRotator: (await Promise.all(asked)).every(Boolean),
  };
}

/** Whether a policy says yes to the rotator: one that lists it, or one for which such a one among others is enough. */
async function saysYes({ id, type }: Listed, reading: Reading): Promise<boolean> {
  const { realm, path, serviceAccount } = reading;
  if (serviceAccount === undefined) return false;
  if (type === 'user') return (await realm.get(`${path}/policy/user/${id}`, Users)).users.includes(serviceAccount);
  if (type !== 'aggregate') return false;
  const { decisionStrategy } = await realm.get(`${path}/policy/aggregate/${id}`, Aggregate);
  const parts = await realm.get(`${path}/policy/${id}/associatedPolicies`, List);
  const said = await Promise.all(parts.filter((one) => one.type === 'user').map((one) => saysYes(one, reading)));
  return decisionStrategy === 'AFFIRMATIVE' && said.includes(true);
}

const Users = z.object({ users: z.array(z.string()).default([]) });
const Aggregate = z.object({ decisionStrategy: z.string().optional() });

async function observeUserPolicy(realm: Realm, path: string, name: string): Promise<SeenUserPolicy | undefined> {
  const listed = await realm.get(`${path}/policy?permission=false&name=${encodeURIComponent(name)}&${ALL}`, List);
  const found = listed.find((one) => one.name === name);
  if (!found) return undefined;
  const { users } = await realm.get(`${path}/policy/user/${found.id}`, Users);
  const usedBy = await realm.get(`${path}/policy/${found.id}/dependentPolicies`, List);
  return { id: found.id, mine: found.description === DESCRIPTION, users, usedBy: usedBy.map((one) => one.name) };
}
