import type * as z from 'zod';
import { settleBelongings } from './belongings.ts';
import { type Client, type ClientRepresentation, withRepresentation } from './client.ts';
import type { User } from './consents.ts';
import { adminError, oauthError, unknownError } from './errors.ts';
import type { Permission } from './permission.ts';
import { checkPolicies, checkProfiles, Policies, Profiles, rotationPeriodsFor } from './policies.ts';
import type { Release } from './release.ts';
import {
  applyToRegenerated,
  applyToUpdate,
  endOverlap,
  generateSecret,
  type RotationDeps,
  type RotationPeriods,
  rotatedSecret,
  stripRotation,
} from './secret-rotation.ts';

/** What the engine takes from outside. */
export interface IamDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A secret as Keycloak makes it: 86 letters and digits. */
  readonly randomSecret: () => string;
  readonly randomUuid: () => string;
}

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
  /** By the uuid of the client that holds them. */
  readonly permissions: Map<string, Permission>;
}

const LONGEST_SECRET = 255;

/**
 * Keycloak as far as it concerns a client's secret: realms, clients, the policy that keeps a previous secret valid, and all the
 * ways in which it ends one unasked. It holds everything in memory and answers as Keycloak 26.7 does.
 *
 * @example
 * const iam = new IamEngine({ now: Date.now, randomSecret, randomUuid: randomUUID });
 * iam.createRealm('acmeprod');
 * const { id } = iam.createClient('acmeprod', { clientId: 'NC_Flow_ClientCredentials', secret: 'first' });
 * iam.updateClient('acmeprod', id, { secret: 'second' });
 */
export class IamEngine {
  readonly #realms = new Map<string, Realm>();
  readonly #deps: IamDeps;

  constructor(deps: IamDeps) {
    this.#deps = deps;
  }

  /** The present second since the epoch. */
  get nowSeconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }

  /** Makes a realm without clients and policies. */
  createRealm(name: string, options: RealmOptions = {}): Realm {
    const { feature = true, release = '26.7', enabled = true, accessTokenLifespan = 180 } = options;
    const realm: Realm = {
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
      permissions: new Map(),
    };
    this.#realms.set(name, realm);
    return realm;
  }

  /** Makes a confidential client with a service account; a secret is made where none is given. */
  createClient(realmName: string, { clientId, ...fields }: Partial<Client> & { readonly clientId: string }): Client {
    const realm = this.realm(realmName);
    const plain: Client = { ...DEFAULT_CLIENT, ...fields, id: this.#deps.randomUuid(), clientId };
    const client =
      plain.secret === undefined && !plain.publicClient ? generateSecret(plain, this.#rotationDeps()) : plain;
    realm.clients.set(client.id, structuredClone(client));
    return structuredClone(client);
  }

  /** Makes a user. */
  createUser(realmName: string, user: Omit<User, 'id'>): User {
    const made = { ...user, id: this.#deps.randomUuid() };
    this.realm(realmName).users.set(made.id, made);
    return made;
  }

  /** Lets a client of the realm, a rotator, use the admin API. */
  permit(realmName: string, clientId: string, permission: Permission): void {
    const rotator = this.findClient(realmName, clientId);
    if (!rotator) throw new Error(`The realm ${realmName} has no client ${clientId}`);
    this.realm(realmName).permissions.set(rotator.id, permission);
  }

  /** The realm, or undefined. */
  findRealm(name: string): Realm | undefined {
    return this.#realms.get(name);
  }

  /**
   * The realm.
   *
   * @throws {KeycloakError} 404, as the admin API answers
   */
  realm(name: string): Realm {
    const realm = this.#realms.get(name);
    if (!realm) throw adminError(404, 'Realm not found.');
    return realm;
  }

  /** The client of exactly that Client ID: case counts. */
  findClient(realmName: string, clientId: string): Client | undefined {
    const found = [...(this.#realms.get(realmName)?.clients.values() ?? [])].find((each) => each.clientId === clientId);
    return found && structuredClone(found);
  }

  /**
   * A client by its uuid.
   *
   * @throws {KeycloakError} 404
   */
  client(realmName: string, uuid: string): Client {
    const client = this.realm(realmName).clients.get(uuid);
    if (!client) throw adminError(404, 'Could not find client');
    return structuredClone(client);
  }

  /**
   * Changes what a PUT of the client can't: roles, the user behind the service account, authorization services, scopes.
   *
   * @throws {KeycloakError} 404
   */
  adjustClient(
    realmName: string,
    uuid: string,
    fields: Pick<
      Partial<Client>,
      'roles' | 'serviceAccountUserEnabled' | 'serviceAccountRoles' | 'authorization' | 'optionalClientScopes' | 'other'
    >,
  ): void {
    this.realm(realmName).clients.set(uuid, { ...this.client(realmName, uuid), ...fields });
  }

  /**
   * `PUT …/clients/{uuid}`: the fields that are sent replace, attributes merge; then the rotation policy has its say, or, where
   * none applies, the overlap and the expiry are stripped without a word. Authorization services that the PUT doesn't switch on are
   * deleted.
   *
   * @throws {KeycloakError} 404, 409 for a Client ID that is taken, 500 for a secret of more than 255 characters and where the
   *   policy had to act on a representation without attributes. Nothing is changed then
   */
  updateClient(realmName: string, uuid: string, representation: ClientRepresentation): void {
    const realm = this.realm(realmName);
    const deps = this.#rotationDeps();
    const sent = withRepresentation(this.client(realmName, uuid), representation);
    this.#refuseTaken(realm, sent);
    const updated = settleSecret(settleBelongings(sent, representation, realm.release), deps);
    const periods = periodsIn(realm, updated);
    const sentAttributes = Boolean(representation.attributes);
    const result = periods ? applyToUpdate(updated, periods, { ...deps, sentAttributes }) : stripRotation(updated);
    if ((result.secret?.length ?? 0) > LONGEST_SECRET) throw unknownError();
    realm.clients.set(uuid, result);
  }

  /**
   * `POST …/clients/{uuid}/client-secret`: a new random secret. Only where the rotation policy applies, the previous one stays
   * valid, as long as the policy says.
   *
   * @returns the new secret
   * @throws {KeycloakError} 404
   */
  regenerateSecret(realmName: string, uuid: string): string {
    const realm = this.realm(realmName);
    const before = this.client(realmName, uuid);
    const deps = this.#rotationDeps();
    const regenerated = generateSecret(before, deps);
    const periods = periodsIn(realm, regenerated);
    const result = periods
      ? applyToRegenerated(regenerated, periods, { ...deps, previous: before.secret })
      : stripRotation(regenerated);
    realm.clients.set(uuid, result);
    return result.secret ?? '';
  }

  /**
   * `GET …/client-secret/rotated`: also one whose time is over.
   *
   * @throws {KeycloakError} 404 where there is none
   */
  rotatedSecret(realmName: string, uuid: string): string {
    const secret = rotatedSecret(this.client(realmName, uuid));
    if (secret === undefined) throw adminError(404, 'Client does not have a rotated secret');
    return secret;
  }

  /**
   * `DELETE …/client-secret/rotated`: ends the overlap; where there is none, nothing happens.
   *
   * @throws {KeycloakError} 404 without such a client
   */
  endOverlap(realmName: string, uuid: string): void {
    this.realm(realmName).clients.set(uuid, endOverlap(this.client(realmName, uuid)));
  }

  /**
   * `PUT …/client-policies/profiles`: replaces the whole list.
   *
   * @throws {KeycloakError} 400, 500
   */
  putProfiles(realmName: string, profiles: z.input<typeof Profiles>): void {
    const realm = this.realm(realmName);
    const parsed = Profiles.parse(profiles);
    checkProfiles(parsed, realm.feature);
    realm.profiles = parsed;
  }

  /**
   * `PUT …/client-policies/policies`: replaces the whole list.
   *
   * @throws {KeycloakError} 400, 501
   */
  putPolicies(realmName: string, policies: z.input<typeof Policies>): void {
    const realm = this.realm(realmName);
    const parsed = Policies.parse(policies);
    checkPolicies(parsed, realm.profiles, realm.release);
    realm.policies = parsed;
  }

  #refuseTaken(realm: Realm, client: Client): void {
    const others = [...realm.clients.values()].filter(({ id }) => id !== client.id);
    if (others.some(({ clientId }) => clientId === client.clientId)) {
      if (realm.release === '22.0') throw adminError(409, 'unknown_error');
      throw oauthError(409, realm.release === '26.7' ? 'conflict' : 'unknown_error', 'Duplicate resource error');
    }
  }

  #rotationDeps(): RotationDeps {
    return { nowSeconds: this.nowSeconds, randomSecret: this.#deps.randomSecret };
  }
}

/** A public client has no secret; one that becomes confidential gets a random one. */
function settleSecret(client: Client, deps: RotationDeps): Client {
  if (client.publicClient) return { ...client, secret: undefined };
  return client.secret === undefined ? generateSecret(client, deps) : client;
}

function periodsIn({ feature, policies, profiles }: Realm, client: Client): RotationPeriods | undefined {
  return feature ? rotationPeriodsFor(client, policies, profiles) : undefined;
}

const DEFAULT_CLIENT: Omit<Client, 'id' | 'clientId'> = {
  enabled: true,
  publicClient: false,
  bearerOnly: false,
  serviceAccountsEnabled: true,
  clientAuthenticatorType: 'client-secret',
  secret: undefined,
  attributes: {},
  defaultClientScopes: ['profile', 'email'],
  optionalClientScopes: ['address', 'phone', 'offline_access', 'organization', 'microprofile-jwt'],
  roles: [],
  serviceAccountUserEnabled: true,
  serviceAccountRoles: [],
  authorization: undefined,
  other: { protocol: 'openid-connect', standardFlowEnabled: false },
};
