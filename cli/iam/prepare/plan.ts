import { isOwnRealm, secretIdOf, type Target } from '../target.ts';
import { conflictsOf, isAllowedByHand, isStale } from './conflicts.ts';
import { differencesOf } from './differences.ts';
import { manualOf } from './manual.ts';
import type { Manual } from './manual-step.ts';
import { PARTS, type Part, type Profile, type Recipe } from './recipe.ts';
import type { Seen, SeenRotator, SeenUserPolicy } from './seen.ts';

/** One change of a realm. Ids are looked up when it is carried out: a step before may make what they belong to. */
export type Step =
  | { readonly do: 'create-rotator'; readonly part: 'rotator' }
  | { readonly do: 'change-rotator'; readonly part: 'rotator' }
  | { readonly do: 'store-secret'; readonly part: 'access-secret' }
  | { readonly do: 'give-role'; readonly part: 'role'; readonly role: string }
  | { readonly do: 'switch-on'; readonly part: 'permissions-switch' }
  | { readonly do: 'create-user-policy' | 'change-user-policy'; readonly part: 'user-policy' }
  | { readonly do: 'create-permission' | 'change-permission'; readonly part: 'permission' }
  | { readonly do: 'create-marker-role'; readonly part: 'marker-role'; readonly clientId: string }
  | { readonly do: 'put-profile'; readonly part: 'overlap-profile' }
  | { readonly do: 'put-policy'; readonly part: 'overlap-policy' };

/** What becomes of one part. */
export interface Item {
  readonly part: Part;
  /** Which one, where there are several, and what it is about. */
  readonly detail: string;
  readonly action: 'none' | 'create' | 'change';
  readonly step?: Step;
}

/** What a realm has, what it would be given, and what a person has to do. */
export interface Plan {
  readonly items: readonly Item[];
  readonly manual: readonly Manual[];
}

/** The steps of a plan, in their order. */
export function stepsOf({ items }: Plan): Step[] {
  return items.flatMap(({ step }) => step ?? []);
}

/**
 * Compares the desired state with what is there. What is missing is created, what was made here is changed, and what others have made is
 * used where it fits, and never changed: there a person has to decide.
 */
export function planOf(target: Target, recipe: Recipe, seen: Seen): Plan {
  const items = [
    rotatorItem(recipe, seen),
    ...secretItem(target, seen),
    ...roleItem(recipe, seen),
    ...permissionItems(target, recipe, seen),
    ...overlapItems(recipe, seen),
  ];
  const manual = manualOf(target, recipe, seen);
  // Nothing begins in a realm in which the rotator doesn't live: a permission there would be for nobody.
  return { items: isOwnRealm(target) ? items : [], manual };
}

function item(part: Part, action: Item['action'], detail: string, step?: Step): Item {
  return { part, action, detail, ...(step && action !== 'none' && { step }) };
}

function rotatorItem(recipe: Recipe, { rotator }: Seen): Item {
  const { clientId } = recipe.rotator;
  if (!rotator) return item('rotator', 'create', clientId, { do: 'create-rotator', part: 'rotator' });
  const differences = differencesOf(recipe, rotator);
  const changes = differences.length > 0 && rotator.mine;
  const detail = changes ? `${clientId}: ${differences.join(', ')}` : clientId;
  return item('rotator', changes ? 'change' : 'none', detail, { do: 'change-rotator', part: 'rotator' });
}

function secretItem(target: Target, { accessSecret }: Seen): Item[] {
  const secretId = secretIdOf(target) ?? '';
  if (accessSecret === 'none-needed') return [];
  const action = { same: 'none', differs: 'change', absent: 'create', unknown: 'change' } as const;
  const detail = accessSecret === 'unknown' ? `${secretId}: can't be read by you, so it is written` : secretId;
  return [item('access-secret', action[accessSecret], detail, { do: 'store-secret', part: 'access-secret' })];
}

function roleItem({ role }: Recipe, { rotator }: Seen): Item[] {
  if (role === undefined) return [];
  const given = rotator?.roles.includes(role) ?? false;
  return [item('role', given ? 'none' : 'create', role, { do: 'give-role', part: 'role', role })];
}

function permissionItems(target: Target, { permission }: Recipe, { switchedOn, permissions, ...seen }: Seen): Item[] {
  if (!permission) return [];
  const { own, userPolicy } = permissions ?? {};
  const uuids = seen.clients.flatMap(({ uuid }) => uuid ?? []);
  const differs = own !== undefined && !sameSet(own.clients, uuids);
  const changes = differs && own.mine;
  const action = own === undefined ? 'create' : changes ? 'change' : 'none';
  const doing = own === undefined ? 'create-permission' : 'change-permission';
  const clients = `${permission.name}: ${target.clients.join(', ')}`;
  const items = [
    item('permissions-switch', switchedOn ? 'none' : 'create', 'adminPermissionsEnabled', {
      do: 'switch-on',
      part: 'permissions-switch',
    }),
    userPolicyItem(permission.userPolicy, userPolicy, seen.rotator),
  ];
  if (permissions && !own && isAllowedByHand(permissions, uuids))
    return [...items, item('permission', 'none', `others' permissions: ${target.clients.join(', ')}`)];
  // A permission without a resource would be one for all clients; one beside another takes rights away from others.
  const withheld = uuids.length === 0 || (permissions !== undefined && conflictsOf(permissions, uuids).length > 0);
  if (withheld && action !== 'none') return items;
  return [...items, item('permission', action, clients, { do: doing, part: 'permission' })];
}

/** A service account goes with its client: of a client that was made anew, it is another one. */
function userPolicyItem(name: string, seen: SeenUserPolicy | undefined, rotator: SeenRotator | undefined): Item {
  if (!seen) return item('user-policy', 'create', name, { do: 'create-user-policy', part: 'user-policy' });
  const changes = seen.mine && isStale(seen, rotator);
  return item('user-policy', changes ? 'change' : 'none', name, { do: 'change-user-policy', part: 'user-policy' });
}

/** Whether two lists hold the same. */
function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.every((value) => other.includes(value)) && other.every((value) => one.includes(value));
}

function overlapItems({ overlap, rotator }: Recipe, { profiles, policies, clients }: Seen): Item[] {
  if (!overlap) return [];
  const has = (list: readonly Profile[], { name }: Profile) => list.some((one) => one.name === name);
  const { markerRole, profile, policy } = overlap;
  const roles = clients.flatMap(({ clientId, uuid, markerRole: role }) => {
    // A rotator that rotates its own secret, too, is made before.
    const isThere = uuid !== undefined || clientId === rotator.clientId;
    if (markerRole === undefined || !isThere) return [];
    const action = role ? 'none' : 'create';
    const step = { do: 'create-marker-role', part: 'marker-role', clientId } as const;
    return [item('marker-role', action, `${markerRole} of ${clientId}`, step)];
  });
  return [
    ...roles,
    item('overlap-profile', has(profiles, profile) ? 'none' : 'create', profile.name, {
      do: 'put-profile',
      part: 'overlap-profile',
    }),
    item('overlap-policy', has(policies, policy) ? 'none' : 'create', policy.name, {
      do: 'put-policy',
      part: 'overlap-policy',
    }),
  ];
}

/** What is said of a part. */
export function wordsOf({ part }: Item): string {
  return PARTS[part];
}
