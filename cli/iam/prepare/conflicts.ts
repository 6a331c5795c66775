import { SCOPES } from './recipe.ts';
import type { SeenPermission, SeenPermissions, SeenRotator, SeenUserPolicy } from './seen.ts';

/** Permissions of others that a permission of ours would take something from, or that would take it from ours. */
export interface Conflict {
  readonly permission: SeenPermission;
  /** `all`: it is for all clients, and a permission for one of them takes that one out of it. `one`: both have to say yes. */
  readonly kind: 'all' | 'one';
}

/**
 * Finds permissions of others that meet ours. Keycloak asks a permission for all clients only where none names the client, and of
 * several that name it, each one: whoever is in only one of them is refused. So a permission beside another one takes rights away. What
 * ours has named already is out of those for all clients.
 *
 * @param clients Keycloak's ids of the clients that ours is to be for
 */
export function conflictsOf({ others, own }: SeenPermissions, clients: readonly string[]): Conflict[] {
  const takes = clients.some((one) => !own?.clients.includes(one));
  return others.flatMap((permission): Conflict[] => {
    if (!permission.scopes.some((scope) => isOurs(scope))) return [];
    if (permission.clients.length === 0) return takes ? [{ permission, kind: 'all' }] : [];
    return permission.clients.some((one) => clients.includes(one)) ? [{ permission, kind: 'one' }] : [];
  });
}

function isOurs(scope: string): boolean {
  return SCOPES.some((one) => one === scope);
}

/** Whether permissions that a person has made allow the rotator all that it needs. */
export function isAllowedByHand({ others }: Pick<SeenPermissions, 'others'>, clients: readonly string[]): boolean {
  const isAllowed = (client: string, scope: string) => {
    const asked = others.filter((one) => one.clients.includes(client) && one.scopes.includes(scope));
    return asked.length > 0 && asked.every(({ forRotator }) => forRotator);
  };
  return clients.length > 0 && clients.every((client) => SCOPES.every((scope) => isAllowed(client, scope)));
}

/** Whether a policy isn't about the rotator's service account. */
export function isStale({ users }: SeenUserPolicy, rotator: SeenRotator | undefined): boolean {
  return rotator?.serviceAccount === undefined || !users.includes(rotator.serviceAccount);
}
