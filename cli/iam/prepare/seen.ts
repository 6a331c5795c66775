import type { Abilities } from './abilities.ts';
import type { Profile } from './recipe.ts';

/** A client that is to be rotated. */
export interface SeenClient {
  readonly clientId: string;
  /** Keycloak's own id; undefined when there is no such client. */
  readonly uuid?: string;
  /** Why its secret can't be rotated; undefined when it can. */
  readonly fault?: string | undefined;
  /** The role of its own by which the overlap policy knows it, if it has that; `mine`: it was made here. */
  readonly markerRole?: { readonly mine: boolean } | undefined;
  /** Until when it keeps a previous secret, if it does. */
  readonly previousUntil?: Date | undefined;
}

/** The rotator's client. */
export interface SeenRotator {
  readonly uuid: string;
  /** As the admin API shows it. */
  readonly representation: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether it was made here. */
  readonly mine: boolean;
  /** The parts that were made here, as the client's record names them. */
  readonly recorded: readonly string[];
  /** The id of its service account; undefined without one. */
  readonly serviceAccount: string | undefined;
  /** The roles of `realm-management` that its service account was given. */
  readonly roles: readonly string[];
}

/** A permission of the realm's `admin-permissions`. */
export interface SeenPermission {
  readonly id: string;
  readonly name: string;
  /** Whether it was made here. */
  readonly mine: boolean;
  /** Kind of the resources, for example `Clients`. */
  readonly resourceType: string | undefined;
  /** Keycloak's ids of the clients; none means all of them. */
  readonly clients: readonly string[];
  readonly scopes: readonly string[];
  /** Whether each of its policies says yes to the rotator. */
  readonly forRotator: boolean;
}

/** The policy of the recipe's name. */
export interface SeenUserPolicy {
  readonly id: string;
  /** Whether it was made here. */
  readonly mine: boolean;
  readonly users: readonly string[];
  /** Names of the permissions and policies that use it. */
  readonly usedBy: readonly string[];
}

/** What fine-grained permissions there are. */
export interface SeenPermissions {
  /** Keycloak's id of the client `admin-permissions`. */
  readonly client: string;
  readonly userPolicy?: SeenUserPolicy | undefined;
  /** The permission of the recipe's name. */
  readonly own?: SeenPermission | undefined;
  /** Permissions of others for clients. */
  readonly others: readonly SeenPermission[];
  /** How many permissions of others there are, of whatever kind. */
  readonly count: number;
}

/** How the access secret compares with the rotator's secret. */
export type SeenAccessSecret = 'none-needed' | 'same' | 'differs' | 'absent' | 'unknown';

/** What a realm is like now. */
export interface Seen {
  readonly abilities: Abilities;
  readonly clients: readonly SeenClient[];
  readonly rotator?: SeenRotator;
  readonly accessSecret: SeenAccessSecret;
  /** Whether fine-grained permissions are on. */
  readonly switchedOn: boolean;
  readonly permissions?: SeenPermissions;
  /** The realm's own lists of client profiles and policies. */
  readonly profiles: readonly Profile[];
  readonly policies: readonly Profile[];
}
