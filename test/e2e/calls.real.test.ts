import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { RunView } from '../../functions/api/contract/answers/run.ts';
import { keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import { describeReal, realStack } from '../support/real.ts';
import { unsigned } from '../support/token-issuer.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { changeSettings } from './settings.ts';
import { type Stage, setStage } from './stage.ts';
import { operatorsRealm } from './tokens.ts';

const PREFIX = 'csr-tokens';
const ID = 'acme-prod';
const PATH = `/credentials/${ID}/rotations`;
/** Longer than the gateway waits, and less than an HTTP call may take. */
const HANGS_MS = 31_000;
const TIMEOUTS = { function: 'PT150S', http: 'PT35S' };

/** MiniStack enforces what API Gateway documents of a JWT authorizer, but for a token without `exp`, which it takes. */
describeReal('the deployed API with tokens, and a connector that hangs', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let realm: Awaited<ReturnType<typeof operatorsRealm>>;
  let proxy: ChaosProxy;
  let hanging = false;
  /** A call for a run that takes longer than an answer may. */
  let answered: Promise<{ status: number; location: string; whileHanging: boolean; requestId: string }>;

  beforeAll(async () => {
    const keycloak = keycloakAdmin(realStack().keycloak);
    realm = await operatorsRealm(keycloak, { name: `${PREFIX}-operators`, url: realStack().keycloak.url });
    const jwt = { issuer: realm.issuer, audience: ['rotation'] };
    stage = await setStage(PREFIX, [{ id: ID }], { timeouts: TIMEOUTS, jwt });
    const [connector] = stage.credentials.get(ID)?.connectors ?? [];
    const { origin, pathname } = new URL(connector?.via === 'https' ? connector.url : '');
    proxy = await startChaosProxy(origin);
    proxy.meddle(async (_request, forward) => {
      proxy.meddle();
      hanging = true;
      await sleep(HANGS_MS);
      hanging = false;
      return await forward();
    });
    await changeSettings(stage, ID, { connectorUrl: `${proxy.url}${pathname}` });
    // A first call starts the function, which takes its time.
    await withToken(await realm.token('rotation:read'), '/credentials');
    answered = rotateSlowly();
  });

  afterAll(async () => {
    await proxy?.close();
    await stage?.close();
  });

  it('lets a token of the issuer look, or change, by its scope', async () => {
    const [reader, writer] = [await realm.token('rotation:read'), await realm.token('rotation:write')];
    expect((await withToken(reader, '/credentials')).status).toBe(200);
    expect((await withToken(reader, PATH, 'POST')).status).toBe(403);
    expect((await withToken(writer, '/credentials')).status).toBe(403);
    expect((await withToken(await realm.token('openid'), '/credentials')).status).toBe(401);
  });

  it('refuses every other token, and none', async () => {
    const valid = await realm.token('rotation:read');
    const [head, claims, signature] = valid.split('.');
    const altered = [head, Buffer.from(JSON.stringify({ ...decodeJwt(valid), sub: 'eve' })).toString('base64url')];
    const others = {
      ofAnotherIssuer: await realm.tokenOfAnotherRealm(),
      unsigned: unsigned(decodeJwt(valid)),
      altered: [...altered, signature].join('.'),
      withoutSignature: `${head}.${claims}.`,
    };
    for (const [what, token] of Object.entries(others)) {
      expect([what, (await withToken(token, '/credentials')).status]).toEqual([what, 401]);
    }
    expect((await stage.call('/credentials', { unsigned: true })).status).toBe(401);
    expect((await stage.call('/credentials', { as: stage.administrator })).status).toBe(401);
  });

  it('refuses a token that has expired', async () => {
    const token = await realm.token('rotation:read', { lifespanS: 1 });
    await sleep(Math.max(0, (decodeJwt(token).exp ?? 0) * 1000 - Date.now()));
    expect((await withToken(token, '/credentials')).status).toBe(401);
  });

  it('answers before the gateway gives up, and what it says stays true', async () => {
    const { status, location, whileHanging, requestId } = await answered;
    expect([status, whileHanging, location]).toEqual([202, true, `${PATH}/${requestId}`]);
    const token = await realm.token('rotation:read');
    const view = async (place = location) => (await (await withToken(token, place)).json()) as RunView;
    expect(await view()).toMatchObject({ requestId, status: 'running', outcome: null, nothingChanged: null });

    while ((await view()).status === 'running') await sleep(500);
    const { sub } = decodeJwt(await realm.token('rotation:write'));
    const ended = await view();
    expect(ended).toMatchObject({ requestId, status: 'ended', outcome: 'adopted', requestedBy: sub, state: 'current' });
    expect(await view(`${PATH}/${ended.rotationId}`)).toEqual(ended);
    expect(await stage.agreed(ID)).toBe(stage.provisioned.get(ID)?.clientSecret);
    const lines = (await stage.logs('rotate')).filter((line) => line.includes(requestId) && line.includes('rotation'));
    expect(lines).toContainEqual(expect.stringContaining(`"requestedBy":"${sub}"`));
  });

  function withToken(token: string, path: string, method = 'GET'): Promise<Response> {
    return stage.call(path, { method, headers: { authorization: `Bearer ${token}` }, unsigned: true });
  }

  async function rotateSlowly() {
    const response = await withToken(await realm.token('rotation:write'), PATH, 'POST');
    const whileHanging = hanging;
    const { requestId } = (await response.json()) as { requestId: string };
    return { status: response.status, location: response.headers.get('location') ?? '', whileHanging, requestId };
  }
});
