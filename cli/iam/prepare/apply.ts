import * as z from 'zod';
import type { Secret } from '../../../functions/credential/secret/secret.ts';
import { type CliError, failed } from '../../errors.ts';
import type { Realm } from '../admin/realm.ts';
import type { Target } from '../target.ts';
import { authorizationPath, observePermissions } from './observe-permissions.ts';
import type { Step } from './plan.ts';
import { clientIn, managementIn, policiesOf, profilesOf, secretOf } from './read.ts';
import { DESCRIPTION, type Profile, RECORD, type Recipe } from './recipe.ts';
import type { SeenPermissions } from './seen.ts';

const WithId = z.looseObject({ id: z.string() });

/** What parts are taken away with. */
export interface Removing {
  readonly target: Target;
  readonly realm: Realm;
}

/** What the steps of a plan are carried out with. */
export interface Applying extends Removing {
  readonly recipe: Recipe;
  /** Puts the rotator's secret into its access secret, and shows it to nobody. */
  readonly storeSecret: (secret: Secret) => Promise<void>;
}

/** Carries out one step. A step that died half way, and is in the next plan again, does no harm. @throws {CliError} */
export async function apply(step: Step, applying: Applying): Promise<void> {
  switch (step.do) {
    case 'create-rotator':
      return await createRotator(applying);
    case 'change-rotator':
      return await changeRotator(applying, demandedOf(applying.recipe));
    case 'store-secret':
      return await storeSecret(applying);
    case 'give-role':
      return await giveRole(applying, step.role);
    case 'switch-on':
      return await switchOn(applying);
    case 'create-user-policy':
    case 'change-user-policy':
      return await putUserPolicy(applying);
    case 'create-permission':
    case 'change-permission':
      return await putPermission(applying);
    case 'create-marker-role':
      return await createMarkerRole(applying, step.clientId);
    case 'put-profile':
      return await putProfiles(applying.realm, (others) => added(others, applying.recipe.overlap?.profile));
    case 'put-policy':
      return await putPolicies(applying.realm, (others) => added(others, applying.recipe.overlap?.policy));
  }
}

function demandedOf({ rotator: { demanded, attributes } }: Recipe) {
  return { ...demanded, attributes };
}

async function createRotator({ realm, recipe }: Applying): Promise<void> {
  const { clientId, initial } = recipe.rotator;
  await realm.send('POST', '/clients', { clientId, ...initial, ...demandedOf(recipe) });
}

/** Attributes are merged; an empty one is removed. */
async function changeRotator({ realm, target }: Removing, change: object): Promise<void> {
  const { id } = await rotatorIn(realm, target);
  // Keycloak takes the absence of this switch for "off".
  await realm.send('PUT', `/clients/${id}`, { serviceAccountsEnabled: true, ...change });
}

async function rotatorIn(realm: Realm, { rotator }: Target) {
  const found = await clientIn(realm, rotator);
  if (found) return found;
  throw gone(`The client ${rotator} is not there any more`);
}

async function serviceAccountOf({ realm, target }: Applying): Promise<string> {
  const { id } = await rotatorIn(realm, target);
  return (await realm.get(`/clients/${id}/service-account-user`, WithId)).id;
}

async function storeSecret({ realm, target, storeSecret: store }: Applying): Promise<void> {
  const { id } = await rotatorIn(realm, target);
  const secret = await secretOf(realm, { uuid: id });
  if (secret === undefined) throw gone(`The client ${target.rotator} shows no secret`);
  await store(secret);
}

/** Notes a part in the record before it is made: a command that dies in between leaves nothing that an undo would not find. */
async function note(applying: Applying, part: string): Promise<void> {
  const { attributes } = await rotatorIn(applying.realm, applying.target);
  const recorded = new Set([...(attributes[RECORD] ?? '').split(' ').filter(Boolean), part]);
  await changeRotator(applying, { attributes: { [RECORD]: [...recorded].join(' ') } });
}

/** The opposite of {@link note}, after the part is gone. */
export async function forget(applying: Removing, part: string): Promise<void> {
  const { attributes } = await rotatorIn(applying.realm, applying.target);
  const recorded = (attributes[RECORD] ?? '').split(' ').filter((one) => one !== '' && one !== part);
  await changeRotator(applying, { attributes: { [RECORD]: recorded.join(' ') } });
}

async function giveRole(applying: Applying, name: string): Promise<void> {
  const { realm } = applying;
  await note(applying, `role:${name}`);
  const management = await managementIn(realm);
  const role = await realm.get(`/clients/${management}/roles/${name}`, WithId);
  await realm.send('POST', `/users/${await serviceAccountOf(applying)}/role-mappings/clients/${management}`, [role]);
}

async function switchOn(applying: Applying): Promise<void> {
  await note(applying, 'permissions-switch');
  await applying.realm.send('PUT', '', { adminPermissionsEnabled: true });
}

async function permissionsOf({ realm, target }: Applying): Promise<SeenPermissions> {
  const seen = await observePermissions(realm, target.rotator);
  if (seen) return seen;
  throw gone('The realm has no client admin-permissions, although its permissions are on');
}

async function putUserPolicy(applying: Applying): Promise<void> {
  const { realm, recipe } = applying;
  const { client, userPolicy } = await permissionsOf(applying);
  const users = [await serviceAccountOf(applying)];
  const policy = { name: recipe.permission?.userPolicy, description: DESCRIPTION, users, logic: 'POSITIVE' };
  const path = `${authorizationPath(client)}/policy/user`;
  if (userPolicy) await realm.send('PUT', `${path}/${userPolicy.id}`, { ...policy, id: userPolicy.id, type: 'user' });
  else await realm.send('POST', path, policy);
}

async function putPermission(applying: Applying): Promise<void> {
  const { realm, recipe, target } = applying;
  const { client, userPolicy, own } = await permissionsOf(applying);
  const clients = await Promise.all(target.clients.map((clientId) => clientIn(realm, clientId)));
  const permission = {
    name: recipe.permission?.name,
    description: DESCRIPTION,
    resourceType: 'Clients',
    resources: clients.flatMap((one) => one?.id ?? []),
    scopes: recipe.permission?.scopes,
    policies: [userPolicy?.id],
  };
  const path = `${authorizationPath(client)}/permission/scope`;
  if (own) await realm.send('PUT', `${path}/${own.id}`, { ...permission, id: own.id, type: 'scope' });
  else await realm.send('POST', path, permission);
}

async function createMarkerRole({ realm, recipe }: Applying, clientId: string): Promise<void> {
  const client = await clientIn(realm, clientId);
  const role = { name: recipe.overlap?.markerRole, description: DESCRIPTION };
  await realm.send('POST', `/clients/${client?.id}/roles`, role);
}

function added(others: readonly Profile[], own: Profile | undefined): readonly Profile[] {
  return own ? [...others, own] : others;
}

/** A PUT replaces the whole list: it is read right before, and what others have in it is sent back as it was. */
export async function putProfiles(
  realm: Realm,
  change: (profiles: readonly Profile[]) => readonly Profile[],
): Promise<void> {
  await realm.send('PUT', '/client-policies/profiles', { profiles: change(await profilesOf(realm)) });
}

/** See {@link putProfiles}. */
export async function putPolicies(
  realm: Realm,
  change: (policies: readonly Profile[]) => readonly Profile[],
): Promise<void> {
  await realm.send('PUT', '/client-policies/policies', { policies: change(await policiesOf(realm)) });
}

/** Somebody else changes the realm at the same time, or the server does not what it said. */
function gone(what: string): CliError {
  return failed({ what, next: 'Look at the realm, and repeat the command.' });
}
