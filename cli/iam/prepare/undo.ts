import * as z from 'zod';
import { forget, putPolicies, putProfiles, type Removing } from './apply.ts';
import { authorizationPath } from './observe-permissions.ts';
import { clientIn, managementIn } from './read.ts';
import { DESCRIPTION, MARKER_ROLE, OVERLAP_NAME, type Part } from './recipe.ts';
import type { Seen } from './seen.ts';

/** What becomes of one part in an undo. */
export interface UndoItem {
  readonly part: Part;
  readonly detail: string;
  /** `keep`: it was made here, and others need it by now. */
  readonly action: 'remove' | 'keep';
  /** Why it is kept. */
  readonly reason?: string;
}

/**
 * What an undo would do: what was made here goes, in the order in which nothing is left that needs it. What others have made, and what
 * others use by now, stays.
 *
 * @param otherMarked Client IDs of other clients that are rotated in this realm
 */
export function undoOf(seen: Seen, otherMarked: readonly string[]): UndoItem[] {
  return [...overlapItems(seen, otherMarked), ...markerItems(seen), ...permissionItems(seen), ...rotatorItems(seen)];
}

function overlapItems({ profiles, policies }: Seen, otherMarked: readonly string[]): UndoItem[] {
  const ours = (list: Seen['profiles'], name: string) =>
    list.filter((one) => one.name === name && one.description === DESCRIPTION);
  const used = otherMarked.length > 0 ? `${otherMarked.join(', ')} rotate with it` : undefined;
  const foreign = policies.find((one) => one.name !== OVERLAP_NAME && usesProfile(one));
  return [
    ...ours(policies, OVERLAP_NAME).map(({ name }) => undoItem('overlap-policy', name, used)),
    ...ours(profiles, OVERLAP_NAME).map(({ name }) =>
      undoItem('overlap-profile', name, used ?? (foreign && `the client policy ${foreign.name} uses it`)),
    ),
  ];
}

function usesProfile({ profiles }: Seen['policies'][number]): boolean {
  return Array.isArray(profiles) && profiles.includes(OVERLAP_NAME);
}

function markerItems({ clients }: Seen): UndoItem[] {
  return clients
    .filter(({ markerRole }) => markerRole?.mine)
    .map(({ clientId }) => undoItem('marker-role', clientId, undefined));
}

function permissionItems({ permissions, rotator, switchedOn }: Seen): UndoItem[] {
  const { own, userPolicy, count = 0 } = permissions ?? {};
  const users = userPolicy?.usedBy.filter((name) => name !== own?.name) ?? [];
  const needs = users.length > 0 ? `${users.join(', ')} use it` : undefined;
  const others = count > 0 ? `${count} permissions of others need it` : undefined;
  const turnedOn = switchedOn && rotator?.recorded.includes('permissions-switch');
  return [
    ...(own?.mine ? [undoItem('permission', own.name, undefined)] : []),
    ...(userPolicy?.mine ? [undoItem('user-policy', 'its policy', needs)] : []),
    ...(turnedOn ? [undoItem('permissions-switch', 'adminPermissionsEnabled', others ?? needs)] : []),
  ];
}

/** Begins the name of a role in the record. */
const ROLE = 'role:';

/** The service account goes with its client, and its role with it. */
function rotatorItems({ rotator }: Seen): UndoItem[] {
  if (!rotator) return [];
  const clientId = String(rotator.representation.clientId);
  if (rotator.mine) return [undoItem('rotator', clientId, undefined)];
  const roles = rotator.recorded.filter((one) => one.startsWith(ROLE));
  return roles.map((one) => undoItem('role', one.slice(ROLE.length), undefined));
}

function undoItem(part: Part, detail: string, reason: string | undefined): UndoItem {
  return reason === undefined ? { part, detail, action: 'remove' } : { part, detail, action: 'keep', reason };
}

/** Takes one part away. What is gone already is no fault: the command may have died before. @throws {CliError} */
export async function remove(item: UndoItem, seen: Seen, applying: Removing): Promise<void> {
  const { realm } = applying;
  const { permissions, rotator } = seen;
  const path = authorizationPath(permissions?.client ?? '');
  switch (item.part) {
    case 'overlap-policy':
      return await putPolicies(realm, (all) => all.filter(({ name }) => name !== OVERLAP_NAME));
    case 'overlap-profile':
      return await putProfiles(realm, (all) => all.filter(({ name }) => name !== OVERLAP_NAME));
    case 'marker-role': {
      const client = await clientIn(realm, item.detail);
      await realm.send('DELETE', `/clients/${client?.id}/roles/${MARKER_ROLE}`);
      return;
    }
    case 'permission':
      await realm.send('DELETE', `${path}/permission/scope/${permissions?.own?.id}`);
      return;
    case 'user-policy':
      await realm.send('DELETE', `${path}/policy/user/${permissions?.userPolicy?.id}`);
      return;
    case 'permissions-switch':
      await realm.send('PUT', '', { adminPermissionsEnabled: false });
      return await forget(applying, 'permissions-switch');
    case 'role':
      return await takeRole(item.detail, seen, applying);
    case 'rotator':
      await realm.send('DELETE', `/clients/${rotator?.uuid}`);
      return;
    case 'access-secret':
      return;
  }
}

async function takeRole(name: string, { rotator }: Seen, applying: Removing): Promise<void> {
  const { realm } = applying;
  const management = await managementIn(realm);
  const role = await realm.get(`/clients/${management}/roles/${name}`, z.looseObject({ id: z.string() }));
  await realm.send('DELETE', `/users/${rotator?.serviceAccount}/role-mappings/clients/${management}`, [role]);
  await forget(applying, `${ROLE}${name}`);
}
