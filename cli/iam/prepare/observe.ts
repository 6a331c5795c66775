import * as z from 'zod';
import { parseClient } from '../../../functions/adapters/keycloak/client.ts';
import type { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Realm } from '../admin/realm.ts';
import type { Target } from '../target.ts';
import { abilitiesOf } from './abilities.ts';
import { observePermissions } from './observe-permissions.ts';
import { clientIn, managementIn, policiesOf, profilesOf, secretOf } from './read.ts';
import { DESCRIPTION, MARKER_ROLE, RECORD } from './recipe.ts';
import type { Seen, SeenAccessSecret, SeenClient, SeenRotator } from './seen.ts';

const Representation = z.looseObject({ realm: z.string(), adminPermissionsEnabled: z.boolean().optional() });
const Role = z.looseObject({ name: z.string(), description: z.string().nullish() });

/** What an observation needs besides the realm. */
export interface Observing {
  readonly realm: Realm;
  /** How the access secret compares with a secret. */
  readonly accessSecret: (secret: Secret | undefined) => Promise<SeenAccessSecret>;
}

/** Reads all that a plan needs, and changes nothing. @throws {CliError} */
export async function observe(target: Target, { realm, accessSecret }: Observing): Promise<Seen> {
  const representation = await realm.get('', Representation);
  const [abilities, clients, rotator, profiles, policies] = await Promise.all([
    abilitiesOf(realm, representation),
    Promise.all(target.clients.map((clientId) => observeClient(realm, clientId))),
    observeRotator(realm, target.rotator),
    profilesOf(realm),
    policiesOf(realm),
  ]);
  const permissions = abilities.fineGrained
    ? await observePermissions(realm, target.rotator, rotator?.serviceAccount)
    : undefined;
  return {
    abilities,
    clients,
    ...(rotator && { rotator }),
    accessSecret: await accessSecret(await secretOf(realm, rotator)),
    switchedOn: representation.adminPermissionsEnabled ?? false,
    ...(permissions && { permissions }),
    profiles,
    policies,
  };
}

async function observeClient(realm: Realm, clientId: string): Promise<SeenClient> {
  const found = await clientIn(realm, clientId);
  if (!found) return { clientId };
  const role = Role.safeParse(await realm.find(`/clients/${found.id}/roles/${MARKER_ROLE}`));
  const { fault, previous } = parseClient(found);
  return {
    clientId,
    uuid: found.id,
    fault,
    ...(role.success && { markerRole: { mine: role.data.description === DESCRIPTION } }),
    previousUntil: previous?.validUntil,
  };
}

async function observeRotator(realm: Realm, clientId: string): Promise<SeenRotator | undefined> {
  const found = await clientIn(realm, clientId);
  if (!found) return undefined;
  const user =
    found.serviceAccountsEnabled === true ? await realm.find(`/clients/${found.id}/service-account-user`) : {};
  const serviceAccount = z.object({ id: z.string() }).safeParse(user).data?.id;
  const roles = serviceAccount === undefined ? [] : await rolesOf(realm, serviceAccount);
  return {
    uuid: found.id,
    representation: found,
    attributes: found.attributes,
    mine: found.description === DESCRIPTION,
    recorded: (found.attributes[RECORD] ?? '').split(' ').filter(Boolean),
    serviceAccount,
    roles,
  };
}

async function rolesOf(realm: Realm, user: string): Promise<string[]> {
  const path = `/users/${user}/role-mappings/clients/${await managementIn(realm)}`;
  return (await realm.get(path, z.array(Role))).map(({ name }) => name);
}
