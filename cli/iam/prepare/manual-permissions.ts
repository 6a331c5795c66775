import type { Target } from '../target.ts';
import { type Conflict, conflictsOf, isAllowedByHand, isStale } from './conflicts.ts';
import { type Manual, REPEAT } from './manual-step.ts';
import type { Recipe } from './recipe.ts';
import type { Seen, SeenPermissions } from './seen.ts';

/** What a person has to do about permissions of others. */
export function permissionSteps(target: Target, { permission }: Recipe, seen: Seen): Manual[] {
  const { permissions } = seen;
  if (!permission || !permissions) return [];
  const uuids = seen.clients.flatMap(({ uuid }) => uuid ?? []);
  return [
    ...conflictSteps(target, permissions, { uuids, policy: permission.userPolicy }),
    ...staleSteps(target, permissions, { seen, policy: permission.userPolicy }),
    ...otherSteps(target, permissions, { uuids, scopes: permission.scopes }),
  ];
}

function conflictSteps(
  target: Target,
  permissions: SeenPermissions,
  wanted: { uuids: string[]; policy: string },
): Manual[] {
  if (!permissions.own && isAllowedByHand(permissions, wanted.uuids)) return [];
  return conflictsOf(permissions, wanted.uuids).map((one) => conflictStep(one, target, wanted.policy));
}

/** A policy that was made here is changed by itself. */
function staleSteps(
  { rotator }: Target,
  { userPolicy }: SeenPermissions,
  { seen, policy }: { seen: Seen; policy: string },
): Manual[] {
  if (!userPolicy || userPolicy.mine || !isStale(userPolicy, seen.rotator)) return [];
  return [
    {
      what: `The policy ${policy} is not about ${rotator}: it is left from another client`,
      steps: [`Delete the policy ${policy} in the admin console: Permissions, Policies.`, REPEAT],
      needed: true,
    },
  ];
}

function otherSteps(
  { clients }: Target,
  { own }: SeenPermissions,
  wanted: { uuids: string[]; scopes: readonly string[] },
): Manual[] {
  if (!own || own.mine) return [];
  const lacks =
    wanted.uuids.some((one) => !own.clients.includes(one)) || wanted.scopes.some((one) => !own.scopes.includes(one));
  if (!lacks && own.clients.length === wanted.uuids.length) return [];
  return [
    {
      what: `Others have made the permission ${own.name}, and it is not for exactly ${clients.join(', ')}`,
      steps: [`Correct or delete the permission ${own.name} in the admin console: Permissions.`, REPEAT],
      needed: lacks,
    },
  ];
}

function conflictStep({ permission, kind }: Conflict, { clients }: Target, policy: string): Manual {
  const { name } = permission;
  const named = clients.join(', ');
  const why =
    kind === 'all'
      ? `it is for all clients, and one that names ${named} would take these clients from whoever it is for`
      : 'of two permissions for one client both have to say yes, so each would lose it';
  return {
    what: `Others have the permission ${name}: ${why}`,
    steps: [
      `Admin console, Permissions, Policies: create a policy of type Aggregated with the decision strategy Affirmative, of ${policy} and the policies of ${name}.`,
      `Permissions: create a permission for the clients ${named} with that policy, for the scopes that ${name} has. For those of view and manage that it has not, create another permission with ${policy} alone.`,
      'Leave these clients out of every other permission.',
      REPEAT,
    ],
    needed: true,
  };
}
