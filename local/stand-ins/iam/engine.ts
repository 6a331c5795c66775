import type * as z from 'zod';
import { regenerated, updated } from './changes.ts';
import { type Client, type ClientRepresentation, DEFAULT_CLIENT } from './client.ts';
import type { User } from './consents.ts';
import { adminError } from './errors.ts';
import { checkPolicies, checkProfiles, Policies, Profiles } from './policies.ts';
import { emptyRealm, type Permission, type Realm, type RealmOptions } from './realm.ts';
import { endOverlap, generateSecret, type RotationDeps, rotatedSecret } from './secret-rotation.ts';

/** What the engine takes from outside. */
export interface IamDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A secret as Keycloak makes it: 86 letters and digits. */
  readonly randomSecret: () => string;
  readonly randomUuid: () => string;
}

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
    const realm = emptyRealm(name, options);
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

  /** Whether a realm has taken an assertion of this id before. It takes it now, until it expires. */
  isAssertionUsed(realmName: string, jti: string, untilSeconds: number): boolean {
    const { assertions } = this.realm(realmName);
    const used = (assertions.get(jti) ?? 0) >= this.nowSeconds;
    assertions.set(jti, untilSeconds);
    return used;
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
    const change = { representation, deps: this.#rotationDeps() };
    realm.clients.set(uuid, updated(this.client(realmName, uuid), realm, change));
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
    const result = regenerated(this.client(realmName, uuid), realm, this.#rotationDeps());
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

  #rotationDeps(): RotationDeps {
    return { nowSeconds: this.nowSeconds, randomSecret: this.#deps.randomSecret };
  }
}
