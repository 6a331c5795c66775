import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Release } from '../../local/iam/release.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/keycloak-admin.ts';
import { administratorToken } from '../../local/keycloak-http.ts';
import { OVERLAP_ROLE } from '../../local/keycloak-overlap-policy.ts';
import { releaseOf } from '../../local/keycloak-releases.ts';
import { realStack } from '../support/real.ts';
import type { IamFixture } from './iam-probe.ts';

/** Empty realms of the real Keycloak, for the cases of a contract. */
export interface KeycloakRealms {
  /** Makes a realm. */
  fixture(): Promise<IamFixture>;
  /** Deletes every realm that was made. */
  remove(): Promise<void>;
}

/**
 * Realms of the Keycloak that all suites share.
 *
 * @param name begins each realm's name
 */
export function keycloakRealms(name: string): KeycloakRealms {
  const made: { admin: KeycloakAdmin; realm: string }[] = [];
  return {
    fixture: async () => {
      const admin = keycloakAdmin(realStack().keycloak);
      const realm = `${name}-${randomUUID().slice(0, 8)}`;
      await admin.createRealm(realm);
      made.push({ admin, realm });
      return fixtureOf(admin, realm);
    },
    remove: async () => {
      for (const { admin, realm } of made) await admin.deleteRealm(realm);
    },
  };
}

function fixtureOf(admin: KeycloakAdmin, realm: string): IamFixture {
  const { keycloak } = realStack();
  const release = releaseOf(keycloak.version);
  return {
    release: release.version.replace(/\.\d+$/, '') as Release,
    adminUrl: `${keycloak.url}/admin/realms/${realm}`,
    tokenUrl: `${keycloak.url}/realms/${realm}/protocol/openid-connect/token`,
    fetch: (request) => fetch(request),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    passSeconds: (seconds) => sleep(seconds * 1000),
    adminToken: administratorToken(keycloak),
    createClient: async (client) => {
      const made = await createClient(admin, realm, client);
      // Before 26.0 a policy can't look at attributes: it goes by this role.
      if (!release.attributeCondition) await admin.addRole(realm, { uuid: made.uuid, role: OVERLAP_ROLE });
      return made;
    },
    createRotator: async ({ clientId, secret, clients }) => {
      const { uuid } = await admin.createRotator(realm, { clientId, clients, fineGrained: release.fineGrained });
      await admin.updateClient(realm, uuid, { serviceAccountsEnabled: true, secret });
    },
    allowHiddenScope: async (uuid, name) => {
      const attributes = { 'include.in.token.scope': 'false' };
      const scope = { name, protocol: 'openid-connect', attributes };
      const { headers } = await admin.request('POST', `/${realm}/client-scopes`, scope);
      const id = headers.get('location')?.split('/').at(-1);
      await admin.request('PUT', `/${realm}/clients/${uuid}/optional-client-scopes/${id}`);
    },
    disableServiceAccountUser: async (uuid) => {
      const { body } = await admin.request('GET', `/${realm}/clients/${uuid}/service-account-user`);
      await admin.request('PUT', `/${realm}/users/${body.id}`, { enabled: false });
    },
  };
}

/** Creating a client under a policy stamps an expiry; a client that is older than its policy has none. */
async function createClient(admin: KeycloakAdmin, realm: string, client: Parameters<IamFixture['createClient']>[0]) {
  if (!client.attributes) return admin.createClient(realm, client);
  const path = `/${realm}/client-policies/policies`;
  const { body } = await admin.request('GET', path);
  await admin.request('PUT', path, { policies: [] });
  const made = await admin.createClient(realm, client);
  await admin.request('PUT', path, body);
  return made;
}
