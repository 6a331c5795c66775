import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, jest } from '@jest/globals';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/keycloak-admin.ts';
import { administratorToken } from '../../local/keycloak-http.ts';
import { describeReal, realStack } from '../support/real.ts';
import { iamBehaviourContract } from './iam-behaviour.ts';
import type { IamFixture } from './iam-probe.ts';

// A server that is busy with other suites can take seconds to make a realm.
jest.setTimeout(60_000);

describeReal('Keycloak', ['keycloak'], () => {
  const realm = `iam-behaviour-${randomUUID().slice(0, 8)}`;
  let admin: KeycloakAdmin | undefined;
  afterAll(async () => {
    await admin?.deleteRealm(realm);
  });

  iamBehaviourContract(async (): Promise<IamFixture> => {
    const { keycloak } = realStack();
    const created = keycloakAdmin(keycloak);
    admin = created;
    await created.createRealm(realm);
    return {
      adminUrl: `${keycloak.url}/admin/realms/${realm}`,
      tokenUrl: `${keycloak.url}/realms/${realm}/protocol/openid-connect/token`,
      fetch: (request) => fetch(request),
      nowSeconds: () => Math.floor(Date.now() / 1000),
      passSeconds: (seconds) => sleep(seconds * 1000),
      adminToken: administratorToken(keycloak),
      createClient: (client) => createClient(created, client),
      createRotator: async ({ clientId, secret, clients }) => {
        const { uuid } = await created.createRotator(realm, { clientId, clients });
        await created.updateClient(realm, uuid, { secret });
      },
      disableServiceAccountUser: async (uuid) => {
        const { body } = await created.request('GET', `/${realm}/clients/${uuid}/service-account-user`);
        await created.request('PUT', `/${realm}/users/${body.id}`, { enabled: false });
      },
    };
  });

  /** Creating a client under a policy stamps an expiry; a client that is older than its policy has none. */
  async function createClient(created: KeycloakAdmin, client: Parameters<IamFixture['createClient']>[0]) {
    if (!client.attributes) return created.createClient(realm, client);
    const path = `/${realm}/client-policies/policies`;
    const { body } = await created.request('GET', path);
    await created.request('PUT', path, { policies: [] });
    const made = await created.createClient(realm, client);
    await created.request('PUT', path, body);
    return made;
  }
});
