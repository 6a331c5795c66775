import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { iamHandler } from '../../../../local/stand-ins/iam/handler.ts';
import { localTokens } from '../../../../local/stand-ins/iam/tokens.ts';
import { embeddedFixture, engineWithClock, REALM } from './fixture.ts';

async function setUp() {
  const { engine, clock } = engineWithClock();
  const fetch = iamHandler(engine, localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID }));
  const fixture = await embeddedFixture(engine, { fetch, base: 'http://iam', passSeconds: async () => undefined });
  const token = await fixture.adminToken();
  const call = (method: string, url: string) =>
    fetch(new Request(url, { method, headers: { authorization: `Bearer ${token}` } }));
  return { engine, clock, fixture, call };
}

describe('the embedded IAM', () => {
  it.each([
    ['POST', 'http://iam/admin/realms/acmeprod/clients', 'POST /admin/realms/acmeprod/clients'],
    ['DELETE', 'http://iam/auth/admin/realms/acmeprod/clients/x', 'DELETE /auth/admin/realms/acmeprod/clients/x'],
    ['GET', 'http://iam/admin/realms/acmeprod/users?search=x', 'GET /admin/realms/acmeprod/users'],
    ['GET', 'http://iam/admin/realms/acmeprod', 'GET /admin/realms/acmeprod'],
    ['POST', 'http://iam/realms/acmeprod/protocol/openid-connect/token/introspect', 'POST /realms/acmeprod/protocol'],
    ['GET', 'http://iam/', 'GET /'],
  ])('answers 501 with its name to a call that it does not have: %s %s', async (method, url, name) => {
    const { call } = await setUp();
    const response = await call(method, url);
    expect(response.status).toBe(501);
    expect(JSON.parse(await response.text()).error).toContain(name);
  });

  it('answers 501 to a list of all clients, rather than an empty one', async () => {
    const { call } = await setUp();
    expect((await call('GET', 'http://iam/admin/realms/acmeprod/clients')).status).toBe(501);
  });

  it('answers 405 to a token request that is no POST', async () => {
    const { call, fixture } = await setUp();
    expect((await call('GET', fixture.tokenUrl)).status).toBe(405);
  });

  it('answers 401 once the token is past its time', async () => {
    const { call, clock } = await setUp();
    const url = 'http://iam/admin/realms/acmeprod/clients?clientId=x';
    clock.seconds += 179;
    expect((await call('GET', url)).status).toBe(200);
    clock.seconds += 1;
    expect((await call('GET', url)).status).toBe(401);
  });

  it('answers 403 to the token of another realm, whatever it may do there', async () => {
    const { engine, call } = await setUp();
    engine.createRealm('other');
    engine.createClient('other', { clientId: 'realm-admin' });
    engine.permit('other', 'realm-admin', { kind: 'realm-admin' });
    expect((await call('GET', 'http://iam/admin/realms/other/clients?clientId=x')).status).toBe(403);
  });

  it('refuses tokens in a realm that is disabled', async () => {
    const { engine, fixture } = await setUp();
    engine.realm(REALM).enabled = false;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const response = await fixture.fetch(new Request(fixture.tokenUrl, { method: 'POST', body }));
    const refusal = { error: 'access_denied', error_description: 'Realm not enabled' };
    expect([response.status, await response.json()]).toEqual([403, refusal]);
  });
});
