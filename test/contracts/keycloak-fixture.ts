import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import { releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { administratorToken } from '../../local/real-stack/keycloak/tokens.ts';
import type { Release } from '../../local/stand-ins/iam/client.ts';
import { OVERLAP_ROLE } from '../../local/stand-ins/iam/overlap-policy.ts';
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
  const { api } = admin;
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
      const role = { realm, id: made.uuid, name: OVERLAP_ROLE };
      if (!release.attributeCondition) await api.clients.createRole(role);
      return made;
    },
    createRotator: async ({ clientId, secret, clients }) => {
      const { uuid } = await admin.createRotator(realm, { clientId, clients, fineGrained: release.fineGrained });
      await admin.updateClient(realm, uuid, { serviceAccountsEnabled: true, secret });
    },
    allowHiddenScope: async (uuid, name) => {
      const attributes = { 'include.in.token.scope': 'false' };
      const { id } = await api.clientScopes.create({ realm, name, protocol: 'openid-connect', attributes });
      await api.clients.addOptionalClientScope({ realm, id: uuid, clientScopeId: id });
    },
    disableServiceAccountUser: async (uuid) => {
      const { id = '' } = await api.clients.getServiceAccountUser({ realm, id: uuid });
      await api.users.update({ realm, id }, { enabled: false });
    },
  };
}

/** Creating a client under a policy stamps an expiry; a client that is older than its policy has none. */
async function createClient(admin: KeycloakAdmin, realm: string, client: Parameters<IamFixture['createClient']>[0]) {
  if (!client.attributes) return admin.createClient(realm, client);
  const { clientPolicies } = admin.api;
  const policies = await clientPolicies.listPolicies({ realm });
  await clientPolicies.updatePolicy({ realm, policies: [] });
  const made = await admin.createClient(realm, client);
  await clientPolicies.updatePolicy({ realm, ...policies });
  return made;
}
