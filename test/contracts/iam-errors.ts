import { describe, expect, it } from '@jest/globals';
import { type IamProbe, refusalOf } from './iam-probe.ts';

const SAME_WORDS = 'Invalid client or Invalid client credentials';

/** How the token endpoint and the admin API refuse, word by word. */
export function errorCases(probe: () => IamProbe): void {
  describe('a token', () => {
    it('is a JWT of our client, with more scopes than were asked for', async () => {
      const iam = probe();
      const client = await iam.client();
      const { status, body } = await iam.token({
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.secret,
        scope: 'openid microprofile-jwt',
      });
      expect(status).toBe(200);
      expect(body.token_type).toBe('Bearer');
      expect(body.scope.split(' ')).toEqual(expect.arrayContaining(['openid', 'microprofile-jwt', 'profile', 'email']));
      const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
      expect(claims).toMatchObject({ azp: client.clientId, client_id: client.clientId, scope: body.scope });
      expect(claims.iss).toBe(iam.fixture.tokenUrl.replace('/protocol/openid-connect/token', ''));
      // Keycloak counts what is left of the token's life when it answers: a second less, where the clock has moved on meanwhile.
      expect(body.expires_in).toBeGreaterThan(0);
      expect(claims.exp - claims.iat).toBeGreaterThanOrEqual(body.expires_in);
    });

    it('stays good when the secret changes', async () => {
      const iam = probe();
      const client = await iam.client();
      const rotator = await iam.rotator([client.uuid]);
      const found = (await iam.admin('GET', `/clients?clientId=${rotator.clientId}`)).body[0];
      await iam.admin('POST', `/clients/${found.id}/client-secret`);
      expect((await iam.call(rotator.token, 'GET', client.path)).status).toBe(200);
    });
  });

  describe('the token endpoint', () => {
    it('answers a wrong, an empty and an absent secret with unauthorized_client, without a challenge', async () => {
      const iam = probe();
      const client = await iam.client();
      expect(await client.refusal('wrong')).toEqual([401, 'unauthorized_client', SAME_WORDS]);
      expect(await client.refusal('')).toEqual([401, 'unauthorized_client', SAME_WORDS]);
      const basic = await iam.credentials(client.clientId, 'wrong', 'basic');
      expect(refusalOf(basic)).toEqual([401, 'unauthorized_client', SAME_WORDS]);
      expect([basic.headers.get('www-authenticate'), basic.headers.get('retry-after')]).toEqual([null, null]);
      const absent = await iam.token({ grant_type: 'client_credentials', client_id: client.clientId });
      expect(refusalOf(absent)).toEqual([401, 'unauthorized_client', SAME_WORDS]);
    });

    it('answers an unknown client, another case of its id and no id with invalid_client in the same words', async () => {
      const iam = probe();
      const client = await iam.client();
      for (const id of ['unknown', client.clientId.toUpperCase(), '']) {
        expect(refusalOf(await iam.credentials(id, client.secret))).toEqual([401, 'invalid_client', SAME_WORDS]);
      }
    });

    it('answers a disabled client with invalid_client, until it is enabled again', async () => {
      const client = await probe().client();
      await client.put({ enabled: false });
      expect(await client.refusal(client.secret)).toEqual([401, 'invalid_client', SAME_WORDS]);
      await client.put({ enabled: true });
      expect(await client.login(client.secret)).toBe(200);
    });

    it('names what is wrong with the client itself', async () => {
      const iam = probe();
      const client = await iam.client();
      await client.put({ serviceAccountsEnabled: false });
      const off = 'Client not enabled to retrieve service account';
      expect(await client.refusal(client.secret)).toEqual([401, 'unauthorized_client', off]);
      const other = await iam.client();
      await other.put({ publicClient: true });
      const open = 'Public client not allowed to retrieve service account';
      expect(await other.refusal(other.secret)).toEqual([401, 'unauthorized_client', open]);
      const keyed = await iam.client();
      await keyed.put({ clientAuthenticatorType: 'client-jwt' });
      const missing = 'Parameter client_assertion_type is missing';
      expect(await keyed.refusal(keyed.secret)).toEqual([400, 'invalid_client', missing]);
    });

    it('names the disabled user behind a service account', async () => {
      const iam = probe();
      const client = await iam.client();
      await iam.fixture.disableServiceAccountUser(client.uuid);
      const user = `service-account-${client.clientId.toLowerCase()}`;
      expect(await client.refusal(client.secret)).toEqual([401, 'invalid_request', `User '${user}' disabled`]);
    });

    it('names the method where a client takes Basic alone, which no client does up to 26.0', async () => {
      const client = await probe().client();
      const older = probe().fixture.release !== '26.7';
      await client.put({ attributes: { 'client.secret.authentication.allowed.method': 'client_secret_basic' } });
      const words =
        "Invalid method used to get client secret. Client requires method 'client_secret_basic' to obtain client secret from the request";
      if (older) expect(await client.login(client.secret)).toBe(200);
      else expect(await client.refusal(client.secret)).toEqual([401, 'unauthorized_client', words]);
      expect(await client.login(client.secret, 'basic')).toBe(200);
    });

    it('refuses a scope that the client does not have', async () => {
      const iam = probe();
      const client = await iam.client();
      const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret };
      const refusal = refusalOf(await iam.token({ ...form, scope: 'openid x' }));
      expect(refusal).toEqual([400, 'invalid_scope', 'Invalid scopes: openid x']);
    });

    it('refuses another grant, no grant, a JSON body and a parameter that comes twice', async () => {
      const iam = probe();
      const { clientId, secret } = await iam.client();
      const who = `client_id=${clientId}&client_secret=${secret}`;
      expect(refusalOf(await iam.token(`grant_type=magic&${who}`))).toEqual([
        400,
        'unsupported_grant_type',
        'Unsupported grant_type',
      ]);
      const none = [400, 'invalid_request', 'Missing form parameter: grant_type'];
      expect(refusalOf(await iam.token(who))).toEqual(none);
      const json = refusalOf(await iam.token('{}', { 'content-type': 'application/json' }));
      const cannotConsume = [415, 'RESTEASY003065: Cannot consume content type', undefined];
      expect(json).toEqual(iam.fixture.release === '22.0' ? cannotConsume : none);
      const twice = await iam.token(`grant_type=client_credentials&${who}&scope=openid&scope=openid`);
      expect(refusalOf(twice)).toEqual([400, 'invalid_request', 'duplicated parameter']);
    });

    it('refuses a Basic header whose secret is not form-urlencoded', async () => {
      const iam = probe();
      const { clientId } = await iam.client();
      const authorization = `Basic ${btoa(`${clientId}:a%zz`)}`;
      const refusal = refusalOf(await iam.token({ grant_type: 'client_credentials' }, { authorization }));
      expect(refusal).toEqual([400, 'unauthorized_client', 'Unexpected error when authenticating client']);
    });

    it('does not know another realm', async () => {
      const iam = probe();
      const url = iam.fixture.tokenUrl.replace(/\/realms\/[^/]+/, '/realms/no-such-realm');
      const response = await iam.fixture.fetch(
        new Request(url, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) }),
      );
      expect([response.status, await response.json()]).toEqual([404, { error: 'Realm does not exist' }]);
    });
  });

  describe('the admin API', () => {
    it('finds a client by its exact Client ID: case counts', async () => {
      const iam = probe();
      const client = await iam.client();
      const find = async (id: string) => (await iam.admin('GET', `/clients?clientId=${id}`)).body;
      expect(await find(client.clientId)).toMatchObject([{ id: client.uuid, clientId: client.clientId }]);
      expect([await find(client.clientId.toLowerCase()), await find('unknown')]).toEqual([[], []]);
    });

    it('answers 401 without a token, with garbage, and with the token of a rotator that was disabled', async () => {
      const iam = probe();
      const client = await iam.client();
      const rotator = await iam.rotator([client.uuid]);
      const [{ id }] = (await iam.admin('GET', `/clients?clientId=${rotator.clientId}`)).body;
      await iam.admin('PUT', `/clients/${id}`, { enabled: false });
      for (const token of ['', 'garbage', rotator.token]) {
        const { status, body } = await iam.call(token, 'GET', client.path);
        expect([status, body]).toEqual([401, { error: 'HTTP 401 Unauthorized' }]);
      }
    });

    it('shows and lets change exactly the clients that a rotator was given; up to 26.0, all', async () => {
      const iam = probe();
      if (iam.fixture.release !== '26.7') return expectAll(iam);
      const [own, other] = [await iam.client(), await iam.client()];
      const { token } = await iam.rotator([own.uuid]);
      const forbidden = { error: 'HTTP 403 Forbidden' };
      expect((await iam.call(token, 'GET', own.path)).body.secret).toBe(own.secret);
      expect((await iam.call(token, 'PUT', own.path, { description: 'x' })).status).toBe(204);
      expect((await iam.call(token, 'GET', `/clients?clientId=${own.clientId}`)).body).toHaveLength(1);
      expect((await iam.call(token, 'GET', `/clients?clientId=${other.clientId}`)).body).toEqual([]);
      for (const [method, path] of [
        ['GET', other.path],
        ['GET', `${other.path}/client-secret`],
        ['POST', `${other.path}/client-secret`],
        ['GET', `${other.path}/client-secret/rotated`],
        ['GET', '/client-policies/policies'],
      ] as const) {
        const { status, body } = await iam.call(token, method, path);
        expect([method, path, status, body]).toEqual([method, path, 403, forbidden]);
      }
      expect((await iam.call(token, 'PUT', other.path, { description: 'x' })).status).toBe(403);
      expect((await iam.call(token, 'PUT', other.path, '{')).status).toBe(400);
      expect((await iam.call(token, 'GET', '/clients/no-such-uuid')).status).toBe(404);
      expect(await other.login(other.secret)).toBe(200);
    });

    it('fails with 500 over a DELETE of a rotated secret without permission, and deletes nothing', async () => {
      const iam = probe();
      const [own, other] = [await iam.client(), await iam.marked()];
      const previous = other.secret;
      await other.call('POST', '/client-secret');
      const { token } = await iam.rotator([own.uuid]);
      // Up to 26.0 a rotator has the permission for every client.
      const fine = iam.fixture.release === '26.7';
      const { status } = await iam.call(token, 'DELETE', `${other.path}/client-secret/rotated`);
      expect([status, await other.login(previous)]).toEqual(fine ? [500, 200] : [204, 401]);
    });

    it('answers 404 to an unknown client with permission', async () => {
      const iam = probe();
      for (const [method, path] of [
        ['GET', '/clients/no-such-uuid'],
        ['PUT', '/clients/no-such-uuid'],
        ['POST', '/clients/no-such-uuid/client-secret'],
      ] as const) {
        const { status, body } = await iam.admin(method, path, method === 'PUT' ? {} : undefined);
        expect([status, body]).toEqual([404, { error: 'Could not find client' }]);
      }
    });

    it('answers 403 to whatever a client without any permission asks for, also after what does not exist', async () => {
      const iam = probe();
      const [own, nobody] = [await iam.client(), await iam.client()];
      const token = (await iam.credentials(nobody.clientId, nobody.secret)).body.access_token;
      for (const path of [`/clients?clientId=${own.clientId}`, own.path, '/clients/no-such-uuid']) {
        const { status, body } = await iam.call(token, 'GET', path);
        const error = iam.fixture.release === '22.0' ? 'unknown_error' : 'HTTP 403 Forbidden';
        expect([path, status, body]).toEqual([path, 403, { error }]);
      }
    });

    it('answers 404 to an unknown realm', async () => {
      const iam = probe();
      const url = `${iam.fixture.adminUrl.replace(/[^/]+$/, 'no-such-realm')}/clients?clientId=x`;
      const headers = { authorization: `Bearer ${await iam.fixture.adminToken()}` };
      const response = await iam.fixture.fetch(new Request(url, { headers }));
      expect([response.status, await response.json()]).toEqual([404, { error: 'Realm not found.' }]);
    });

    it('refuses a body that it cannot read, and changes nothing', async () => {
      const iam = probe();
      const client = await iam.client();
      const cannotParse =
        iam.fixture.release === '22.0'
          ? { error: 'unknown_error' }
          : { error: 'invalid_request', error_description: 'Cannot parse the JSON' };
      const broken = await client.put('{');
      expect([broken.status, broken.body]).toEqual([400, cannotParse]);
      const wrongType = await client.put({ secret: { a: 1 } });
      expect([wrongType.status, wrongType.body.error]).toEqual([400, 'unknown_error']);
      const unknown = await client.put({ secret: 'new', foo: 1 });
      expect(unknown.status).toBe(400);
      expect(unknown.body.error).toMatch(
        iam.fixture.release === '26.7'
          ? /^Invalid json representation for ClientRepresentation. Unrecognized field "foo"/
          : /^Unrecognized field "foo"/,
      );
      expect((await client.put('')).status).toBe(500);
      expect(await client.login(client.secret)).toBe(200);
    });

    it('answers 415 to a body that is not JSON', async () => {
      const iam = probe();
      const client = await iam.client();
      const response = await iam.fixture.fetch(
        new Request(`${iam.fixture.adminUrl}${client.path}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${await iam.fixture.adminToken()}`, 'content-type': 'text/plain' },
          body: '{}',
        }),
      );
      expect(response.status).toBe(415);
    });

    it('answers 409 to a Client ID that is taken', async () => {
      const iam = probe();
      const [one, other] = [await iam.client(), await iam.client()];
      const { status, body } = await one.put({ clientId: other.clientId });
      const error = iam.fixture.release === '26.7' ? 'conflict' : 'unknown_error';
      const described = { error, error_description: 'Duplicate resource error' };
      expect([status, body]).toEqual([409, iam.fixture.release === '22.0' ? { error } : described]);
    });
  });

  describe('client policies', () => {
    it('can be read as they were put', async () => {
      const iam = probe();
      const { profiles } = (await iam.admin('GET', '/client-policies/profiles')).body;
      expect(profiles.map(({ name }: { name: string }) => name)).toEqual(['kept', 'nothing-kept']);
      const { policies } = (await iam.admin('GET', '/client-policies/policies')).body;
      expect(policies[0]).toMatchObject({ name: 'kept', enabled: true, profiles: ['kept'] });
    });

    it('refuse impossible periods, an unknown executor and an unknown profile', async () => {
      const iam = probe();
      const before = (await iam.admin('GET', '/client-policies/profiles')).body;
      const put = (executor: string, periods: [number, number, number]) => {
        const [expiration, rotated, remaining] = periods;
        const configuration = {
          'expiration-period': expiration,
          'rotated-expiration-period': rotated,
          'remaining-rotation-period': remaining,
        };
        const bad = { name: 'bad', executors: [{ executor, configuration }] };
        return iam.admin('PUT', '/client-policies/profiles', { profiles: [...before.profiles, bad] });
      };
      for (const [executor, periods] of [
        ['secret-rotation', [0, 0, 0]],
        ['secret-rotation', [10, 20, 0]],
        ['secret-rotation', [10, 0, 20]],
        ['no-such-executor', [1, 1, 1]],
      ] as const) {
        const { status, body } = await put(executor, [...periods]);
        expect(status).toBe(400);
        expect(body.errorMessage).toContain('does not have valid provider, or has invalid configuration.');
      }
      const policies = [{ name: 'bad', enabled: true, conditions: [], profiles: ['no-such-profile'] }];
      const { status, body } = await iam.admin('PUT', '/client-policies/policies', { policies });
      const words =
        iam.fixture.release === '22.0'
          ? 'referring not existing client profile not allowed.'
          : 'Policy bad contains invalid profile no-such-profile';
      expect([status, body.errorMessage]).toEqual([400, words]);
      expect((await iam.admin('GET', '/client-policies/profiles')).body).toEqual(before);
    });
  });
}

/** Without fine-grained permissions a rotator may do to every client what it may do to one, but nothing to the realm. */
async function expectAll(iam: IamProbe): Promise<void> {
  const [own, other] = [await iam.client(), await iam.client()];
  const { token } = await iam.rotator([own.uuid]);
  for (const { path, clientId, secret } of [own, other]) {
    expect((await iam.call(token, 'GET', path)).body.secret).toBe(secret);
    expect((await iam.call(token, 'GET', `/clients?clientId=${clientId}`)).body).toHaveLength(1);
    const change = { serviceAccountsEnabled: true, description: 'x' };
    expect((await iam.call(token, 'PUT', path, change)).status).toBe(204);
  }
  expect((await iam.call(token, 'PUT', '/client-policies/policies', { policies: [] })).status).toBe(403);
  expect((await iam.call(token, 'GET', '/clients/no-such-uuid')).status).toBe(404);
}
