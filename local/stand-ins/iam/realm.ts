import type { Client, Release } from './client.ts';
import type { User } from './consents.ts';
import { type Policies, type Profiles, rotationPeriodsFor } from './policies.ts';
import type { RotationPeriods } from './secret-rotation.ts';

/** A realm, and how the server that holds it was started. */
export interface RealmOptions {
  /** Whether the feature `client-secret-rotation` is on. @default true */
  readonly feature?: boolean;
  /** The release that it is like, where releases differ. @default '26.7' */
  readonly release?: Release;
  /** @default true */
  readonly enabled?: boolean;
  /** Seconds that an access token lives. @default 180 */
  readonly accessTokenLifespan?: number;
}

/** A realm as the engine keeps it. */
export interface Realm {
  readonly name: string;
  readonly release: Release;
  enabled: boolean;
  feature: boolean;
  accessTokenLifespan: number;
  profiles: Profiles;
  policies: Policies;
  /** Scopes that are granted and not named in a token (*Include in token scope* off). */
  readonly hiddenScopes: Set<string>;
  readonly clients: Map<string, Client>;
  /** By id. */
  readonly users: Map<string, User>;
  /** Assertions that were taken, by id: until when, in seconds since the epoch. */
  readonly assertions: Map<string, number>;
  /** By the uuid of the client that holds them. */
  readonly permissions: Map<string, Permission>;
}

/** What a rotator may do: everything in its realm, view and manage all clients, or some clients, and list those. */
export type Permission =
  | { readonly kind: 'realm-admin' }
  | { readonly kind: 'all-clients' }
  | {
      readonly kind: 'clients';
      /** Whether it may look clients up by their Client ID; it is shown those that it may touch. */
      readonly list: boolean;
      /** Their uuids. */
      readonly clients: readonly string[];
    };

/** A realm without clients and policies. */
export function emptyRealm(name: string, options: RealmOptions): Realm {
  const { feature = true, release = '26.7', enabled = true, accessTokenLifespan = 180 } = options;
  return {
    name,
    release,
    enabled,
    feature,
    accessTokenLifespan,
    profiles: { profiles: [] },
    policies: { policies: [] },
    hiddenScopes: new Set(),
    clients: new Map(),
    users: new Map(),
    assertions: new Map(),
    permissions: new Map(),
  };
}

/** What the rotation policy says of a client, or undefined where none applies. */
export function periodsIn({ feature, policies, profiles }: Realm, client: Client): RotationPeriods | undefined {
  return feature ? rotationPeriodsFor(client, policies, profiles) : undefined;
}
