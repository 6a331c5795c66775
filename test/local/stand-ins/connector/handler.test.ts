import { describe, expect, it } from '@jest/globals';
import { bearerAccess } from '../../../../local/stand-ins/connector/access.ts';
import { connectorHandler } from '../../../../local/stand-ins/connector/handler.ts';
import { engineWith, JANUARY, section, TOKEN_URL, UMLAUT } from './fixture.ts';

const URL_OF = 'http://connector/odata-connector/configurations/ifs-production';

function setUp(options: { patchStatus?: 200 | 204 } = {}) {
  const engine = engineWith({ machineUsers: { anna: section(), bo: section({ clientId: 'other' }) } });
  const handler = connectorHandler(engine, { access: bearerAccess('T-1'), ...options });
  const call = (init: RequestInit = {}, url = URL_OF) =>
    handler(new Request(url, { ...init, headers: { authorization: 'Bearer T-1', ...init.headers } }));
  const patch = (body: unknown, headers: Record<string, string> = {}) =>
    call({
      method: 'PATCH',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag(), ...headers },
    });
  const etag = () => engine.read('ifs-production')?.etag ?? '';
  return { engine, call, patch, etag };
}

const PUSH = {
  authentication: {
    runtime: {
      clientId: 'NC_Flow_ClientCredentials',
      clientSecret: UMLAUT.secret,
      accessTokenUrl: TOKEN_URL,
      scopes: 'openid microprofile-jwt',
    },
  },
};

describe('GET of a configuration', () => {
  it('answers 200 with the ETag and every field, and no secret', async () => {
    const { call, etag } = setUp();
    const response = await call();
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(etag());
    const { authentication, ...fields } = JSON.parse(text);
    expect(fields).toEqual({
      name: 'IFS Production',
      serviceUri: 'https://acme.example.com',
      ifsVersion: 'IFS Cloud',
      breakWorkflowOnError: true,
    });
    expect(Object.keys(authentication)).toEqual(['designTime', 'runtime', 'machineUsers']);
    expect(authentication.machineUsers.anna.clientSecretFingerprint).toBe(JANUARY.fingerprint);
    expect(text).not.toContain(JANUARY.secret);
  });

  it('answers 401 to a wrong or absent token, whether the configuration exists or not', async () => {
    const { call } = setUp();
    expect((await call({ headers: { authorization: 'Bearer T-2' } })).status).toBe(401);
    expect((await call({ headers: { authorization: '' } }, `${URL_OF}-x`)).status).toBe(401);
  });

  it('answers 404 where there is no such configuration', async () => {
    const { call } = setUp();
    expect((await call({}, `${URL_OF}-x`)).status).toBe(404);
    expect((await call({}, 'http://connector/')).status).toBe(404);
    expect((await call({}, 'http://connector/odata-connector/configurations/%E0%A4%A')).status).toBe(404);
  });

  it('answers 405 to any other method', async () => {
    const { call } = setUp();
    const response = await call({ method: 'PUT', body: '{}' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, PATCH');
  });
});

describe('PATCH of a configuration', () => {
  it('changes what it names, leaves every other section and field, and answers with a new ETag', async () => {
    const { engine, call, patch, etag } = setUp();
    const before = { etag: etag(), ...JSON.parse(await (await call()).text()) };
    const response = await patch(PUSH);
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(etag());
    expect(etag()).not.toBe(before.etag);
    const expected = structuredClone(before);
    expected.authentication.runtime.clientSecretFingerprint = UMLAUT.fingerprint;
    delete expected.etag;
    expect(JSON.parse(await response.text())).toEqual(expected);
    expect(engine.secretOf('ifs-production', 'runtime')).toBe(UMLAUT.secret);
    expect(engine.secretOf('ifs-production', 'designTime')).toBe(JANUARY.secret);
  });

  it('answers 204 without a body where the connector is made that way', async () => {
    const { patch, etag } = setUp({ patchStatus: 204 });
    const response = await patch(PUSH);
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([204, etag(), '']);
  });

  it('writes several sections at once and leaves the other machine users', async () => {
    const { engine, patch } = setUp();
    const s = PUSH.authentication.runtime;
    await patch({ authentication: { designTime: s, runtime: s, machineUsers: { anna: s } } });
    const secrets = (['designTime', 'runtime', 'machineUsers.anna', 'machineUsers.bo'] as const).map((name) =>
      engine.secretOf('ifs-production', name),
    );
    expect(secrets).toEqual([UMLAUT.secret, UMLAUT.secret, UMLAUT.secret, JANUARY.secret]);
  });

  it('answers 412 to an ETag of before, and to a weak one, and changes nothing', async () => {
    const { engine, patch, etag } = setUp();
    const old = etag();
    engine.restore('ifs-production', engine.backup('ifs-production'));
    const now = etag();
    expect((await patch(PUSH, { 'if-match': old })).status).toBe(412);
    expect((await patch(PUSH, { 'if-match': `W/${now}` })).status).toBe(412);
    expect(etag()).toBe(now);
    expect((await patch(PUSH, { 'if-match': now })).status).toBe(200);
  });

  it('lets only one of two writers with the same ETag through', async () => {
    const { patch, etag } = setUp();
    const headers = { 'if-match': etag() };
    const statuses = (await Promise.all([patch(PUSH, headers), patch(PUSH, headers)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412]);
  });

  it('answers 428 without If-Match', async () => {
    const { call, etag } = setUp();
    const before = etag();
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await call({ method: 'PATCH', body: '{}', headers })).status).toBe(428);
    expect(etag()).toBe(before);
  });

  it('answers 415 to another content type, and says which it takes', async () => {
    const { patch } = setUp();
    const response = await patch(PUSH, { 'content-type': 'application/json' });
    expect([response.status, response.headers.get('accept-patch')]).toEqual([415, 'application/merge-patch+json']);
    expect((await patch(PUSH, { 'content-type': 'application/merge-patch+json; charset=utf-8' })).status).toBe(200);
  });

  it.each([
    ['not JSON', '{"authentication":'],
    ['an array', []],
    ['null', 'null'],
    ['the removal of a mandatory section', { authentication: { runtime: null } }],
    ['an unknown field', { authentication: { runtime: { clientSecretFingerprint: 'x' } } }],
    ['a secret that is no text', { authentication: { runtime: { clientSecret: 7 } } }],
    ['an empty secret', { authentication: { runtime: { clientSecret: '' } } }],
    ['an unknown flow type', { authentication: { runtime: { flowType: 'Magic' } } }],
    ['a machine user without its fields', { authentication: { machineUsers: { cy: { clientSecret: 's3cret' } } } }],
  ])('answers 400 to %s, changes nothing and repeats no value', async (_, body) => {
    const { patch, etag } = setUp();
    const before = etag();
    const response = await patch(body);
    expect(response.status).toBe(400);
    expect(etag()).toBe(before);
    expect(await response.text()).not.toMatch(/s3cret|secret-of/);
  });

  it('removes what it names with null, where it may', async () => {
    const { patch } = setUp();
    const response = await patch({ authentication: { runtime: { clientSecret: null }, machineUsers: { bo: null } } });
    const { authentication } = JSON.parse(await response.text());
    expect(authentication.runtime.clientSecretFingerprint).toBeNull();
    expect(Object.keys(authentication.machineUsers)).toEqual(['anna']);
  });

  it('answers 401 before anything else', async () => {
    const { patch, etag } = setUp();
    const before = etag();
    expect((await patch(PUSH, { authorization: 'Bearer T-2' })).status).toBe(401);
    expect(etag()).toBe(before);
  });
});
