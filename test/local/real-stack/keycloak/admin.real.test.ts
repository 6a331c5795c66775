import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type KeycloakAdmin, keycloakAdmin } from '../../../../local/real-stack/keycloak/admin.ts';
import type { CreatedClient } from '../../../../local/real-stack/keycloak/clients.ts';
import { requestToken } from '../../../../local/real-stack/keycloak/tokens.ts';
import { describeReal, realStack } from '../../../support/real.ts';

const REALM = 'fixture-facts';
const FIRST = 'first-secret-0123456789012345678901234567890';
const SECOND = 'second-secret-012345678901234567890123456789';
const TEN_YEARS = 315_360_000;

describeReal('Keycloak fixture', ['keycloak'], () => {
  let admin: KeycloakAdmin;
  let realmUrl: string;

  beforeAll(async () => {
    const access = realStack().keycloak;
    admin = keycloakAdmin(access);
    realmUrl = `${access.url}/realms/${REALM}`;
    await admin.createRealm(REALM);
  });

  afterAll(() => admin.deleteRealm(REALM));

  async function statusOf(clientId: string, secret: string): Promise<number> {
    return (await requestToken(realmUrl, { clientId, secret })).status;
  }

  it('gives a client with a service account a bearer token for the default scope of a credential', async () => {
    await admin.createClient(REALM, { clientId: 'token', secret: FIRST });
    const scope = 'openid microprofile-jwt';
    const { status, body } = await requestToken(realmUrl, { clientId: 'token', secret: FIRST, scope });
    expect({ status, type: body.token_type }).toEqual({ status: 200, type: 'Bearer' });
    expect(body.scope.split(' ')).toEqual(expect.arrayContaining(['openid', 'microprofile-jwt']));
  });

  it('keeps the previous secret valid beside the new one under the policy', async () => {
    await admin.setOverlapPolicy(REALM);
    const { uuid } = await admin.createClient(REALM, { clientId: 'overlap', secret: FIRST });
    await admin.updateClient(REALM, uuid, overlapBody());
    expect(await statusOf('overlap', SECOND)).toBe(200);
    expect(await statusOf('overlap', FIRST)).toBe(200);
    expect(await statusOf('overlap', 'neither-of-the-two')).toBe(401);
  });

  it('ends the previous secret at once without the policy, although it answers the same', async () => {
    await admin.setOverlapPolicy(REALM);
    await admin.removeOverlapPolicy(REALM);
    const { uuid } = await admin.createClient(REALM, { clientId: 'no-overlap', secret: FIRST });
    await admin.updateClient(REALM, uuid, overlapBody());
    expect(await statusOf('no-overlap', SECOND)).toBe(200);
    expect(await statusOf('no-overlap', FIRST)).toBe(401);
    const { attributes } = await admin.readClient(REALM, uuid);
    expect(attributes).not.toHaveProperty('client.secret.rotated');
  });

  it('leaves other policies of the realm alone', async () => {
    const other = { name: 'other', enabled: false, conditions: [], profiles: [] };
    await admin.api.clientPolicies.updatePolicy({ realm: REALM, policies: [other] });
    await admin.setOverlapPolicy(REALM);
    await admin.setOverlapPolicy(REALM);
    expect(await policyNames()).toEqual(['other', 'client-secret-rotation']);
    await admin.removeOverlapPolicy(REALM);
    expect(await policyNames()).toEqual(['other']);
  });

  async function policyNames() {
    const { policies } = await admin.api.clientPolicies.listPolicies({ realm: REALM });
    return policies?.map(({ name }) => name);
  }

  it('lets the rotator find, read and write its client, and no other', async () => {
    const mine = await admin.createClient(REALM, { clientId: 'mine' });
    const other = await admin.createClient(REALM, { clientId: 'other' });
    const rotator = await admin.createRotator(REALM, { clientId: 'rotator', clients: [mine.uuid] });
    const request = await requestAs(rotator);
    const statuses = async ({ uuid }: CreatedClient) => ({
      read: (await request('GET', `/clients/${uuid}`)).status,
      write: (await request('PUT', `/clients/${uuid}`, { secret: SECOND, attributes: {} })).status,
    });
    expect(await statuses(mine)).toEqual({ read: 200, write: 204 });
    expect(await statuses(other)).toEqual({ read: 403, write: 403 });
    expect(await statuses(rotator)).toEqual({ read: 403, write: 403 });
    expect((await request('GET', '/clients?clientId=mine')).body).toHaveLength(1);
    expect((await request('GET', '/clients?clientId=other')).body).toEqual([]);
    expect((await request('GET', '/client-policies/policies')).status).toBe(403);
    expect(await statusOf('mine', SECOND)).toBe(200);
    expect(await statusOf('other', other.secret)).toBe(200);
  });

  async function requestAs({ clientId, secret }: CreatedClient) {
    const { body } = await requestToken(realmUrl, { clientId, secret });
    const headers = { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' };
    return async (method: string, path: string, content?: object) => {
      const init = { method, headers, ...(content && { body: JSON.stringify(content) }) };
      const response = await fetch(`${realStack().keycloak.url}/admin/realms/${REALM}${path}`, init);
      const text = await response.text();
      return { status: response.status, body: text && JSON.parse(text) };
    };
  }
});

/** The PUT that makes SECOND the secret and keeps FIRST for a minute. */
function overlapBody() {
  const now = Math.floor(Date.now() / 1000);
  return {
    secret: SECOND,
    attributes: {
      'novacura.rotation': 'on',
      'client.secret.rotated': FIRST,
      'client.secret.rotated.creation.time': String(now),
      'client.secret.rotated.expiration.time': String(now + 60),
      'client.secret.creation.time': String(now),
      'client.secret.expiration.time': String(now + TEN_YEARS),
    },
  };
}
