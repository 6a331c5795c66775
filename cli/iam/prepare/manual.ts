import { isOwnRealm, realmOf, type Target } from '../target.ts';
import { differencesOf, isLike } from './differences.ts';
import { permissionSteps } from './manual-permissions.ts';
import { type Manual, REPEAT } from './manual-step.ts';
import type { Profile, Recipe } from './recipe.ts';
import type { Seen } from './seen.ts';

/** What a plan can't do, and the steps for a person instead. */
export function manualOf(target: Target, recipe: Recipe, seen: Seen): Manual[] {
  return [
    ...otherRealm(target),
    ...clientSteps(target, seen),
    ...rotatorSteps(recipe, seen),
    ...roleSteps(target, recipe, seen),
    ...surplusSteps(target, recipe, seen),
    ...permissionSteps(target, recipe, seen),
    ...overlapSteps(target, recipe, seen),
  ];
}

function otherRealm(target: Target): Manual[] {
  if (isOwnRealm(target)) return [];
  const what = `The rotator ${target.rotator} signs in at ${target.accessTokenUrl}, in another realm than ${realmOf(target)}: fine-grained permissions know only clients of their own realm`;
  return [
    {
      what,
      steps: ['Leave accessTokenUrl out of iam.auth, so that the rotator is a client of the same realm.', REPEAT],
      needed: true,
    },
  ];
}

function clientSteps({ rotator }: Target, { clients }: Seen): Manual[] {
  return clients.flatMap(({ clientId, uuid, fault }) => {
    // A rotator that rotates its own secret, too, is made by the plan.
    if (uuid === undefined && clientId === rotator) return [];
    if (uuid === undefined)
      return {
        what: `The realm has no client ${clientId}; case counts`,
        steps: [
          `Create the client ${clientId}, confidential and with service accounts, or correct the fleet file.`,
          REPEAT,
        ],
        needed: true,
      };
    if (fault === undefined) return [];
    return { what: `The client ${clientId} can't be rotated: ${fault}`, steps: ['Correct the client.'], needed: true };
  });
}

function rotatorSteps(recipe: Recipe, { rotator }: Seen): Manual[] {
  if (!rotator || rotator.mine) return [];
  const differences = differencesOf(recipe, rotator);
  if (differences.length === 0) return [];
  const { clientId } = recipe.rotator;
  const steps = [
    `Correct the client ${clientId}, or name another client as rotator: --rotator, and iam.auth.clientId in the fleet file.`,
    REPEAT,
  ];
  return [
    {
      what: `Others have made the client ${clientId}, and it is not what a rotator needs: ${differences.join(', ')}`,
      steps,
      needed: true,
    },
  ];
}

/** Rights that somebody has given the rotator besides. */
function surplusSteps({ rotator: clientId }: Target, { role, permission }: Recipe, { rotator }: Seen): Manual[] {
  const needed = role ?? (permission ? undefined : 'manage-clients');
  const surplus = (rotator?.roles ?? []).filter((one) => one !== needed);
  if (surplus.length === 0) return [];
  return [
    {
      what: `${clientId} has more roles of realm-management than it needs: ${surplus.join(', ')}`,
      steps: [`Take them away: Clients, ${clientId}, Service accounts roles. csr iam verify shows what they allow.`],
      needed: false,
    },
  ];
}

/** Before 26.2 nothing is narrower than all clients: that is for the administrator to decide. */
function roleSteps(target: Target, { role }: Recipe, { abilities, rotator }: Seen): Manual[] {
  if (role !== undefined || rotator?.roles.includes('manage-clients')) return [];
  const release = abilities.version === undefined ? 'This release of Keycloak' : `Keycloak ${abilities.version}`;
  return [
    {
      what: `${release} can't limit a client to some clients: permissions for that came with 26.2. The least role is manage-clients of realm-management, with which the rotator can read and change every client of the realm, their secrets included`,
      steps: [
        'Update Keycloak to 26.2 or later and repeat the command; or accept the wide role:',
        `repeat the command with --manage-clients, or give ${target.rotator} the role by hand: Clients, ${target.rotator}, Service accounts roles, Assign role, realm-management manage-clients.`,
      ],
      needed: true,
    },
  ];
}

function overlapSteps({ overlapping, clients }: Target, { overlap }: Recipe, seen: Seen): Manual[] {
  const needed = overlapping.length > 0;
  const about = needed
    ? `${overlapping.join(', ')} must overlap (dual-secret)`
    : `${clients.join(', ')} rotate in place`;
  if (!overlap)
    return [
      {
        what: `The server can't keep previous secrets: its feature client-secret-rotation is off, or isn't shown to this administrator; until it is on, ${about}`,
        steps: [
          'Ask who runs the server to turn the feature on: bin/kc.sh build --features=client-secret-rotation, and a restart.',
          REPEAT,
        ],
        needed,
      },
    ];
  const differs = (list: readonly Profile[], wanted: Profile) =>
    list.some((one) => one.name === wanted.name && !isLike(one, wanted));
  const kinds = [
    ...(differs(seen.profiles, overlap.profile) ? ['profile'] : []),
    ...(differs(seen.policies, overlap.policy) ? ['policy'] : []),
  ];
  return kinds.map((kind) => ({
    what: `The client ${kind} ${overlap.profile.name} is there already, and differs from what docs/keycloak.md says`,
    steps: [
      `Compare it: Realm settings, Client policies. A short expiration-period ends secrets that are in use.`,
      REPEAT,
    ],
    needed,
  }));
}
