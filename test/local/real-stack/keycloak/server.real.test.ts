import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFetch, type Fetch } from '../../../../functions/adapters/http/fetch.ts';
import { tokenEndpoint } from '../../../../functions/adapters/token-endpoint/token-endpoint.ts';
import { isRotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../../../local/real-stack/keycloak/admin.ts';
import { type Keycloak, startKeycloak } from '../../../../local/real-stack/keycloak/server.ts';
import { requestToken } from '../../../../local/real-stack/keycloak/tokens.ts';
import { describeReal } from '../../../support/real.ts';

describeReal('A Keycloak of its own', ['keycloak'], () => {
  let keycloak: Keycloak;
  let admin: KeycloakAdmin;
  let secret: string;

  beforeAll(async () => {
    keycloak = await startKeycloak();
    admin = keycloakAdmin({ url: keycloak.url, user: keycloak.adminUser, password: keycloak.adminPassword });
  });

  afterAll(() => keycloak.stop());

  const token = (clientId: string, secret: string) =>
    requestToken(`${keycloak.url}/realms/restarted`, { clientId, secret });

  it('keeps its data and its address over a restart', async () => {
    await admin.createRealm('restarted');
    ({ secret } = await admin.createClient('restarted', { clientId: 'kept' }));
    const { pid } = keycloak;
    await keycloak.restart();
    expect(keycloak.pid).not.toBe(pid);
    expect((await token('kept', secret)).status).toBe(200);
  });

  it('is iam-unavailable to the port as long as it starts, also when it answers 503 in plain text', async () => {
    const statuses = new Set<number>();
    const plain = createFetch({ allowedHosts: ['127.0.0.1'], local: true, timeoutMs: 5000 });
    const fetch: Fetch = async (url, init) => {
      const response = await plain(url, init);
      statuses.add(response.status);
      return response;
    };
    const tokens = tokenEndpoint({ fetch, sleep: () => sleep(5) });
    const document = {
      accessTokenUrl: `${keycloak.url}/realms/restarted/protocol/openid-connect/token`,
      clientId: 'kept',
      clientSecret: new Secret(secret),
      scope: 'openid',
    };
    const restarted = keycloak.restart();
    const codes = new Set<string>();
    for (let up = false; !up; ) {
      try {
        up = (await tokens.request(document)).accepted && codes.size > 0;
      } catch (error) {
        codes.add(isRotationError(error) ? error.code : String(error));
      }
    }
    await restarted;
    expect([...codes]).toEqual(['iam-unavailable']);
    expect(statuses).toContain(503);
  });

  it('is away after a kill', async () => {
    await keycloak.kill();
    await expect(token('kept', secret)).rejects.toThrow('fetch failed');
  });
});
