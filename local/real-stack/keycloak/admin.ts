import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import {
  allowScopes,
  type CreatedClient,
  createClient,
  createRotator,
  type NewClient,
  type NewRotator,
} from './clients.ts';
import { type OverlapPolicyOptions, removeOverlapPolicy, setOverlapPolicy } from './overlap-policy.ts';
import { administratorToken, type KeycloakAccess } from './tokens.ts';

/** What tests and the local stack do to a Keycloak as its administrator. Every function rejects unless Keycloak answers 2xx. */
export interface KeycloakAdmin {
  /** Whatever else an administrator can do. */
  readonly api: KeycloakAdminClient;
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
  /** @throws {Error} also where there is no such client */
  readClient(realm: string, uuid: string): Promise<StoredClient>;
  /** A PUT of just these members; attributes are merged by Keycloak, and `""` removes one. */
  updateClient(realm: string, uuid: string, change: Readonly<ClientRepresentation>): Promise<void>;
}

/** A client as Keycloak represents it, with what every confidential one has. */
type StoredClient = ClientRepresentation & Required<Pick<ClientRepresentation, 'id' | 'secret' | 'attributes'>>;

/**
 * An administrator's client of a Keycloak.
 *
 * @param now epoch milliseconds; decides when the administrator's token is asked for again
 * @see [Admin REST API](https://www.keycloak.org/docs-api/latest/rest-api/index.html)
 */
export function keycloakAdmin(access: KeycloakAccess, now = Date.now): KeycloakAdmin {
  const api = new KeycloakAdminClient({ baseUrl: access.url });
  api.registerTokenProvider({ getAccessToken: administratorToken(access, now) });
  return {
    api,
    hasRealm: async (realm) => Boolean(await api.realms.findOne({ realm })),
    createRealm: async (realm) => void (await api.realms.create({ realm, enabled: true })),
    deleteRealm: (realm) => api.realms.del({ realm }),
    createClient: (realm, client) => createClient(api, realm, client),
    createRotator: (realm, rotator) => createRotator(api, realm, rotator),
    allowScopes: (realm, client) => allowScopes(api, realm, client),
    addRole: async (realm, { uuid, role }) => void (await api.clients.createRole({ realm, id: uuid, name: role })),
    setOverlapPolicy: (realm, options) => setOverlapPolicy(api, realm, options),
    removeOverlapPolicy: (realm) => removeOverlapPolicy(api, realm),
    readClient: (realm, id) => api.clients.findOne({ realm, id }, { catchNotFound: false }) as Promise<StoredClient>,
    updateClient: (realm, id, change) => api.clients.update({ realm, id }, change),
  };
}
