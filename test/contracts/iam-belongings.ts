import { describe, expect, it } from '@jest/globals';
import type { IamProbe } from './iam-probe.ts';
import { enrich, everything, SWITCHES } from './iam-rich-client.ts';

/** How Keycloak reads switches that a PUT leaves out: an absent one is not always one that stays. */
export function belongingsCases(probe: () => IamProbe): void {
  describe('a PUT of a rich client', () => {
    const rich = async () => {
      const client = await probe().client();
      await enrich(probe(), client);
      return client;
    };
    const settings = '/authz/resource-server/settings';

    it('that carries both switches as they were read changes nothing else', async () => {
      const client = await rich();
      const before = await everything(probe(), client);
      expect((await client.put({ ...SWITCHES, secret: 'new', attributes: {} })).status).toBe(204);
      expect(await everything(probe(), client)).toEqual(before);
    });

    it('without authorizationServicesEnabled deletes its resources, policies and permissions', async () => {
      const client = await rich();
      expect((await client.call('GET', settings)).status).toBe(200);
      expect((await client.put({ serviceAccountsEnabled: true, attributes: {} })).status).toBe(204);
      const { status, body } = await client.call('GET', settings);
      expect([status, body]).toEqual([404, { error: 'HTTP 404 Not Found' }]);
      expect(await client.read()).not.toHaveProperty('authorizationServicesEnabled');
      expect((await client.put({ ...SWITCHES, attributes: {} })).status).toBe(204);
      expect(JSON.stringify((await client.call('GET', settings)).body)).not.toContain('invoices');
    });

    it('without serviceAccountsEnabled takes the roles of its service account, up to 26.0', async () => {
      const client = await rich();
      const older = probe().fixture.release !== '26.7';
      expect((await client.put({ authorizationServicesEnabled: true, attributes: {} })).status).toBe(older ? 500 : 204);
      expect((await client.put({ serviceAccountsEnabled: true, attributes: {} })).status).toBe(204);
      expect((await client.put({ attributes: {} })).status).toBe(204);
      expect((await client.read()).serviceAccountsEnabled).toBe(true);
      expect(await client.login(client.secret)).toBe(200);
      const { rolesOfServiceAccount } = await everything(probe(), client);
      expect(rolesOfServiceAccount.includes('clerk')).toBe(!older);
    });
  });
}
