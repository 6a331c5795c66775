import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Keycloak, startKeycloak } from '../../local/real-stack/keycloak/server.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type ChaosProxy, killFunction, startChaosProxy } from './chaos-proxy.ts';
import { type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-chaos';
/** Long enough for a rotation and its undo on a machine that becomes busy after it was measured. */
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 45, http: 5 });

/** A credential for each kind of trouble, so that none has to wait for another's lease. */
const OVERLAPPING = ['put-before', 'put-after', 'move-before', 'move-after', 'no-policy', 'stale-page', 'twenty'];
const IN_PLACE = ['killed', 'forgotten'];

/** What a call may be answered with. */
interface Answer {
  readonly outcome?: string;
  readonly code?: string;
  readonly cause?: string;
  readonly nothingChanged?: boolean | null;
}

/** What a machine does with a call for which it has no time: a timeout, or no end that anybody has seen. */
const OUT_OF_TIME = /^$|-timeout$|-unavailable$|^out-of-time$|^internal-error$/;

describeReal('the deployed system in trouble', ['keycloak', 'ministack'], () => {
  let keycloak: Keycloak;
  let proxy: ChaosProxy;
  let stage: Stage;

  beforeAll(async () => {
    keycloak = await startKeycloak();
    const access = { url: keycloak.url, user: keycloak.adminUser, password: keycloak.adminPassword };
    proxy = await startChaosProxy(keycloak.url);
    const named = (id: string) => (id === 'no-policy' ? { id, strategy: 'dual-secret' as const } : { id });
    const cast = [...OVERLAPPING.map(named), ...IN_PLACE.map((id) => ({ id, tags: { overlap: 'no' } }))];
    stage = await setStage(PREFIX, cast, { keycloak: access, iamUrl: proxy.url, timeouts: TIMEOUTS });
    for (const { id } of cast) expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
    await Promise.all(cast.map(({ id }) => stage.pass(id, LEASE_MS)));
  });

  beforeEach(async () => {
    proxy.meddle();
    stage.meddleWithSecretsManager();
    await stage.control('traffic/stop', { method: 'POST' });
  });

  afterAll(async () => {
    await stage?.close();
    await proxy?.close();
    await keycloak?.stop();
  });

  it.each([
    ['PutSecretValue', 'before', 'put-before'],
    ['PutSecretValue', 'after', 'put-after'],
    ['UpdateSecretVersionStage', 'before', 'move-before'],
    ['UpdateSecretVersionStage', 'after', 'move-after'],
  ] as const)('is killed at %s, %s it was carried out: no request fails', async (operation, when, id) => {
    await stage.startTraffic(id);
    const died = dieAt(operation, when);
    const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(died()).toBeGreaterThan(0);
    await expectNoFailure(id);
  });

  it('is killed in place right after the IAM was written', async () => {
    let died = 0;
    afterSecretWrite('killed', async () => {
      died += killFunction(`${PREFIX}-rotate`);
    });
    const response = await stage.call('/credentials/killed/rotations', { method: 'POST' });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(died).toBeGreaterThan(0);
  });

  it('comes to rest, wherever it was killed, with the run after the lease, and again no request fails', async () => {
    const ids = ['put-before', 'put-after', 'move-before', 'move-after'];
    // A function that was killed is at nothing any more.
    await Promise.all([...ids, 'killed'].map((id) => stage.pass(id, LEASE_MS)));
    for (const id of ids) {
      await stage.startTraffic(id);
      expect(await stage.rotate(id)).toMatchObject({ outcome: 'rotated' });
      await atRest(id);
      await expectNoFailure(id);
      await stage.control('traffic/stop', { method: 'POST' });
    }
    expect(await stage.rotate('killed')).toMatchObject({ outcome: 'rotated' });
    await atRest('killed');
  });

  it('loses the overlap policy between the probe and the write, where overlap is demanded: undone, and the connector works', async () => {
    const before = await stage.agreed('no-policy');
    const { realm = '' } = stage.provisioned.get('no-policy') ?? {};
    let puts = 0;
    proxy.meddle(async ({ method, path }, forward) => {
      const second = method === 'PUT' && path.includes(`${realm}/clients/`) && ++puts === 2;
      if (second) await stage.keycloak.removeOverlapPolicy(realm);
      return await forward();
    });
    const rotation = await stage.rotate('no-policy');
    expect(rotation).toMatchObject({ outcome: 'rolled-back', cause: 'iam-overlap-lost' });
    expect(await stage.agreed('no-policy')).toBe(before);
    await atRest('no-policy');
  });

  it('meets an administrator who saves the client from a stale page in between: undone, and no request fails', async () => {
    const id = 'stale-page';
    await stage.startTraffic(id);
    const { realm = '', uuid = '' } = stage.provisioned.get(id) ?? {};
    const stale = await stage.keycloak.readClient(realm, uuid);
    afterSecretWrite(id, () => stage.keycloak.updateClient(realm, uuid, stale));
    expect(await stage.rotate(id)).toMatchObject({ outcome: 'rolled-back', cause: 'iam-secret-not-held' });
    await atRest(id);
    await expectNoFailure(id);
  });

  it('is asked for twenty rotations at once: no more than one is carried out, the others stand down', async () => {
    await stage.startTraffic('twenty');
    const calls = Array.from({ length: 20 }, () => stage.call('/credentials/twenty/rotations', { method: 'POST' }));
    const answers = (await Promise.all((await Promise.all(calls)).map((response) => response.json()))) as Answer[];
    const rotated = answers.filter(({ outcome }) => outcome === 'rotated');
    const stoodDown = answers.filter(({ code = '' }) => ['rotation-in-progress', 'too-soon'].includes(code));
    // Twenty functions that start at once may be too much for a machine: it may have no time for some of them.
    const others = answers.filter((answer) => !rotated.includes(answer) && !stoodDown.includes(answer));
    expect(rotated.length).toBeLessThanOrEqual(1);
    expect(stoodDown.length).toBeLessThan(20);
    for (const { nothingChanged } of stoodDown) expect(nothingChanged).toBe(true);
    for (const { code = '', cause = code, nothingChanged } of others) {
      // One that could not look in time while another's version was pending ends `interrupted`.
      expect(cause).toMatch(OUT_OF_TIME);
      expect(nothingChanged).not.toBe(false);
    }
    if (rotated.length === 0) await carryOut('twenty');
    await atRest('twenty');
    await expectNoFailure('twenty');
  });

  // Last, since everybody uses this Keycloak.
  it('meets a Keycloak that is killed right after its 204 and forgets the write', async () => {
    const id = 'forgotten';
    let killed = false;
    afterSecretWrite(id, async () => {
      killed = true;
      await keycloak.kill();
    });
    await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
    expect(killed).toBe(true);
    proxy.meddle();
    await keycloak.restart();
    await stage.pass(id, LEASE_MS);
    const { outcome } = await stage.rotate(id);
    expect(['rotated', 'repaired']).toContain(outcome);
    await atRest(id);
  });

  /** Calls until one is carried out: the last change, and what was left pending, have to wait for their lease. */
  async function carryOut(id: string): Promise<void> {
    for (let outcome: string | undefined; outcome !== 'rotated'; await sleep(1000)) {
      const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
      ({ outcome } = (await response.json()) as Answer);
    }
  }

  /** The function dies at the first call of an operation on a credential, before or after it was carried out. */
  function dieAt(operation: string, when: 'before' | 'after'): () => number {
    let died = 0;
    stage.meddleWithSecretsManager(async (name, secretId, forward) => {
      if (name !== operation || !secretId.startsWith(`${PREFIX}/`) || died > 0) return await forward();
      const response = when === 'after' ? await forward() : undefined;
      died += killFunction(`${PREFIX}-rotate`);
      return response ?? new Response(null, { status: 503 });
    });
    return () => died;
  }

  /** Does something once, right after Keycloak has answered the write of the credential's new secret. */
  function afterSecretWrite(id: string, act: () => Promise<void>): void {
    let done = false;
    proxy.meddle(async ({ method, path }, forward) => {
      const response = await forward();
      if (done || method !== 'PUT' || !path.includes(`${PREFIX}-${id}/clients/`) || !(await holdsNew(id)))
        return response;
      done = true;
      await act();
      return response;
    });
  }

  async function holdsNew(id: string): Promise<boolean> {
    const { realm = '', uuid = '' } = stage.provisioned.get(id) ?? {};
    const { secret } = await stage.keycloak.readClient(realm, uuid);
    return secret !== (await stage.document(id)).clientSecret;
  }

  /** Everybody agrees, the secret is accepted, and no pending version is left. */
  async function atRest(id: string): Promise<void> {
    await stage.agreed(id);
    expect(await stage.view(id)).toMatchObject({ pending: false });
  }

  async function expectNoFailure(id: string): Promise<void> {
    const { requests, failed } = await stage.traffic(id);
    expect(requests).toBeGreaterThan(0);
    expect(failed).toBe(0);
  }
});
