import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Keycloak, startKeycloak } from '../../local/keycloak.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/keycloak-admin.ts';
import { requestToken } from '../../local/keycloak-http.ts';
import { describeReal } from '../support/real.ts';

describeReal('A Keycloak of its own', ['keycloak'], () => {
  let keycloak: Keycloak;
  let admin: KeycloakAdmin;

  beforeAll(async () => {
    keycloak = await startKeycloak();
    admin = keycloakAdmin({ url: keycloak.url, user: keycloak.adminUser, password: keycloak.adminPassword });
  }, 120_000);

  afterAll(() => keycloak.stop(), 30_000);

  const token = (clientId: string, secret: string) =>
    requestToken(`${keycloak.url}/realms/restarted`, { clientId, secret });

  it('keeps its data and its address over a restart, and is away after a kill', async () => {
    await admin.createRealm('restarted');
    const { secret } = await admin.createClient('restarted', { clientId: 'kept' });
    const { pid } = keycloak;
    await keycloak.restart();
    expect(keycloak.pid).not.toBe(pid);
    expect((await token('kept', secret)).status).toBe(200);
    await keycloak.kill();
    await expect(token('kept', secret)).rejects.toThrow('fetch failed');
  }, 120_000);
});
