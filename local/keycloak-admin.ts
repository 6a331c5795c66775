import {
  type AdminRequest,
  administratorToken,
  adminRequest,
  expectSuccess,
  type KeycloakAccess,
} from './keycloak-http.ts';
import { type OverlapPolicyOptions, removeOverlapPolicy, setOverlapPolicy } from './keycloak-overlap-policy.ts';
import {
  type CreatedClient,
  createClient,
  createRotator,
  type NewClient,
  type NewRotator,
} from './keycloak-rotator.ts';
import { allowScopes } from './keycloak-scopes.ts';

/** What tests and the local stack do to a Keycloak as its administrator. Every function rejects unless Keycloak answers 2xx. */
export interface KeycloakAdmin {
  /** Any other admin request; `path` counts from `/admin/realms`. Resolves whatever the status is. */
  readonly request: AdminRequest;
  hasRealm(realm: string): Promise<boolean>;
  createRealm(realm: string): Promise<void>;
  deleteRealm(realm: string): Promise<void>;
  /** Creates a confidential client with a service account. */
  createClient(realm: string, client: NewClient): Promise<CreatedClient>;
  /** Creates a client that may view and manage the clients with the given uuids, and no others where the release knows that. */
  createRotator(realm: string, rotator: NewRotator): Promise<CreatedClient>;
  /** Lets a client ask for scopes; those that the realm doesn't have are made. */
  allowScopes(realm: string, client: { uuid: string; scopes: readonly string[] }): Promise<void>;
  /** Gives a client a role of its own. */
  addRole(realm: string, client: { uuid: string; role: string }): Promise<void>;
  /** From now on, clients whose attribute `novacura.rotation` is `on` may keep their previous secret. Repeatable. */
  setOverlapPolicy(realm: string, options?: OverlapPolicyOptions): Promise<void>;
  removeOverlapPolicy(realm: string): Promise<void>;
  readClient(realm: string, uuid: string): Promise<ClientRepresentation>;
  /** A PUT of just these members; attributes are merged by Keycloak, and `""` removes one. */
  updateClient(realm: string, uuid: string, change: Partial<ClientRepresentation>): Promise<void>;
}

/** @see [ClientRepresentation](https://www.keycloak.org/docs-api/latest/rest-api/index.html#ClientRepresentation) */
interface ClientRepresentation {
  readonly id: string;
  readonly clientId: string;
  readonly enabled: boolean;
  readonly publicClient: boolean;
  readonly serviceAccountsEnabled: boolean;
  readonly secret: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * An administrator's client of a Keycloak.
 *
 * @param now epoch milliseconds; decides when the administrator's token is asked for again
 */
export function keycloakAdmin(access: KeycloakAccess, now = Date.now): KeycloakAdmin {
  const request = adminRequest(access.url, administratorToken(access, now));
  const call = expectSuccess(request);
  return {
    request,
    hasRealm: async (realm) => (await request('GET', `/${realm}`)).status === 200,
    createRealm: async (realm) => void (await call('POST', '', { realm, enabled: true })),
    deleteRealm: async (realm) => void (await call('DELETE', `/${realm}`)),
    createClient: (realm, client) => createClient(call, realm, client),
    createRotator: (realm, rotator) => createRotator(call, realm, rotator),
    allowScopes: (realm, client) => allowScopes(call, realm, client),
    addRole: async (realm, { uuid, role }) =>
      void (await call('POST', `/${realm}/clients/${uuid}/roles`, { name: role })),
    setOverlapPolicy: (realm, options) => setOverlapPolicy(call, realm, options),
    removeOverlapPolicy: (realm) => removeOverlapPolicy(call, realm),
    readClient: async (realm, uuid) => (await call('GET', `/${realm}/clients/${uuid}`)).body,
    updateClient: async (realm, uuid, change) => void (await call('PUT', `/${realm}/clients/${uuid}`, change)),
  };
}
