import { setTimeout as sleep } from 'node:timers/promises';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RunView } from '../../functions/api/contract/answers/run.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { DetailType } from '../../functions/credential/published/vocabulary.ts';
import { eventSchema } from '../../infra/watch/event-schemas.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { type AccessKeys, createUser } from '../../local/real-stack/ministack/users.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { answerOf, versionIds } from './keyed.ts';
import { type Listener, listen } from './listener.ts';
import { policyOfOneCustomer } from './one-customer.ts';
import { findSecrets, writtenBy } from './scan.ts';
import { CLIENT_ID, OTHERS, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-main';
/** Short, since a grace is not ended before a lease is over. */
const { slowness: SLOWNESS, timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 30, http: 5 });

describeReal('the main job, deployed', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let listener: Listener;
  /** The secrets before the first rotation, by credential. */
  const first = new Map<string, string>();
  /** Somebody with the policy that docs/api.md gives to the operators of one customer. */
  let ofAcme: AccessKeys;

  beforeAll(async () => {
    const cast = [
      { id: 'acme-prod', grace: 'PT20S' },
      { id: 'acme-test', grace: 'PT20S', schedule: { expression: 'rate(1 minute)' } },
      { id: 'globex-prod', tags: { overlap: 'no' } },
    ];
    stage = await setStage(PREFIX, cast, { timeouts: TIMEOUTS });
    for (const [id, { clientSecret }] of stage.provisioned) first.set(id, clientSecret);
    const policy = policyOfOneCustomer(stage.deployment.outputs.ApiId ?? '');
    ofAcme = await createUser(realStack().ministack.url, { name: `${PREFIX}-of-acme`, policy });
    listener = await listen(stage);
  });

  afterAll(async () => {
    await stage?.close();
  });

  it('adopts at the first run what the IAM holds, and changes nothing in the IAM or the connector', async () => {
    for (const [id, secret] of first) {
      const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
      expect(await response.json()).toMatchObject({ outcome: 'adopted', credential: id });
      expect(await stage.agreed(id)).toBe(secret);
    }
    const writes = (await (await stage.control('writes')).json()) as { by: string }[];
    expect(writes.filter(({ by }) => by !== 'hand')).toEqual([]);
  });

  it('refuses an unsigned call', async () => {
    const response = await stage.call('/credentials/acme-prod/rotations', { method: 'POST', unsigned: true });
    expect(response.status).toBe(403);
    expect(await stage.agreed('acme-prod')).toBe(first.get('acme-prod'));
  });

  it("lets one customer's operators look at and change that customer only", async () => {
    const statusOf = async (path: string, init: object = {}) =>
      (await stage.call(path, { as: ofAcme, ...init })).status;
    const dry = { method: 'POST', body: { dryRun: true } };
    expect(await statusOf('/credentials/acme-prod')).toBe(200);
    expect(await statusOf('/credentials/acme-test/rotations')).toBe(200);
    expect(await statusOf('/credentials/acme-test/rotations', dry)).toBe(200);
    for (const path of [
      '/credentials',
      '/credentials/globex-prod',
      '/credentials/globex-prod/rotations',
      '/openapi.json',
    ])
      expect([path, await statusOf(path)]).toEqual([path, 403]);
    expect(await statusOf('/credentials/globex-prod/rotations', dry)).toBe(403);
    expect(await statusOf('/credentials/acme-prod/rollback', { method: 'POST' })).toBe(403);
    const paused = { method: 'PATCH', body: { state: 'DISABLED' } };
    expect(await statusOf('/credentials/acme-prod/schedule', paused)).toBe(403);
    const runs = (await (await stage.call('/credentials/globex-prod/rotations')).json()) as { rotations: RunView[] };
    expect(runs.rotations.filter(({ requestedBy = '' }) => requestedBy.includes('of-acme'))).toEqual([]);
  });

  it('answers a call within the lease of the last change with 409 and Retry-After', async () => {
    const response = await stage.call('/credentials/globex-prod/rotations', { method: 'POST' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'too-soon', nothingChanged: true, credential: 'globex-prod' });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('rotates on demand with overlap: no request of the connector fails', async () => {
    await stage.startTraffic('acme-prod');
    await stage.pass('acme-prod', LEASE_MS);
    stage.front.resetCalls();
    const rotation = await stage.rotate('acme-prod', { reason: 'leaked' }, ofAcme);
    const calls = stage.front.calls().filter(({ secretId }) => secretId === `${PREFIX}/acme-prod`);

    expect(rotation).not.toHaveProperty('code');
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret', trigger: 'api', reason: 'leaked' });
    expect(rotation.requestedBy).toContain(`${PREFIX}-of-acme`);
    const written = { sectionsWritten: 2, sectionsSkipped: 1, proof: { level: 'written' } };
    expect(rotation.connectors).toEqual([{ name: 'IFS acme-prod', ...written }]);
    expect(calls.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(6);
    expect(await until(async () => (await stage.invocations('rotate', rotation.rotationId)) || undefined)).toBe(1);
    const secret = await stage.agreed('acme-prod');
    expect(secret).not.toBe(first.get('acme-prod'));
    expect(await accepts('acme-prod', first.get('acme-prod') ?? '')).toBe(true);
  });

  it('rotates on demand in place: the outage ends with the push', async () => {
    await stage.startTraffic('globex-prod', 50 / SLOWNESS);
    await sleep(2000);
    const rotation = await stage.rotate('globex-prod');
    expect(rotation).not.toHaveProperty('code');
    await sleep(1000);
    const { failed, outages, requests } = await until(async () => {
      const traffic = await stage.traffic('globex-prod');
      return traffic.outages.every(({ recoveredAt }) => recoveredAt !== null) ? traffic : undefined;
    });
    // The others need the machine more.
    await stage.startTraffic('globex-prod', 1);

    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'in-place', previousValidUntil: null });
    expect(await stage.agreed('globex-prod')).not.toBe(first.get('globex-prod'));
    expect(await accepts('globex-prod', first.get('globex-prod') ?? '')).toBe(false);
    expect(outages.length).toBeLessThanOrEqual(1);
    const [{ firstFailureAt, recoveredAt } = { firstFailureAt: 0, recoveredAt: 0 }] = outages;
    const ms = (recoveredAt ?? 0) - firstFailureAt;
    console.info(
      `in-place: ${failed} of ${requests} requests failed, an outage of ${ms} ms; ${JSON.stringify(rotation.steps)}`,
    );
  });

  it('rotates when the schedule fires', async () => {
    const before = await stage.agreed('acme-test');
    await stage.startTraffic('acme-test');
    await stage.pass('acme-test', LEASE_MS);
    const id = await until(async () => {
      if ((await stage.document('acme-test')).clientSecret === before) return undefined;
      // Only now: a look from before the promote would name the version before it.
      const { versionId, rotatedAt } = await stage.view('acme-test');
      return { versionId, rotatedAt };
    });
    await disable('acme-test');
    await until(async () => ((await stage.view('acme-test')).pending ? undefined : true));
    expect(id.versionId).not.toBeNull();
    const after = await stage.agreed('acme-test');
    expect(after).not.toBe(before);
    const ofThisRun = (text: string) => text.includes(`"rotationId":"${id.versionId}"`);
    const line = await until(async () => (await stage.logs('rotate')).find(ofThisRun));
    expect(JSON.parse(line)).toMatchObject({ rotation: { trigger: 'schedule', outcome: 'rotated' } });
  });

  it('ends the old secret after grace, and no request with overlap has failed', async () => {
    for (const id of ['acme-prod', 'acme-test']) {
      await until(async () => ((await accepts(id, first.get(id) ?? '')) ? undefined : true));
      expect(await accepts(id, await stage.agreed(id))).toBe(true);
      const { requests, failed, outages } = await stage.traffic(id);
      console.info(`${id}: ${failed} of ${requests} requests failed`);
      expect(requests).toBeGreaterThan(20);
      expect(outages).toEqual([]);
    }
    const retired = async () => (await stage.logs('retire')).filter((text) => text.includes('"outcome":"retired"'));
    await until(async () => ((await retired()).length < 2 ? undefined : true));
    expect(await retired()).toHaveLength(2);
  });

  it('leaves sections of another Client ID or token URL untouched', async () => {
    for (const id of stage.credentials.keys()) {
      expect(await stage.holds(id, { section: 'studioTestBench', secret: OTHERS.byCase })).toBe(true);
      expect(await stage.holds(id, { section: 'machineUsers.anna', secret: OTHERS.byUrl })).toBe(true);
    }
  });

  it('lists the credentials, and tells where each rotation stands', async () => {
    const page = (await (await stage.call('/credentials?limit=50')).json()) as { credentials: { id: string }[] };
    expect(page.credentials.map(({ id }) => id).sort()).toEqual([...stage.credentials.keys()].sort());
    const { versionId } = await stage.view('acme-prod');
    const rotation = await (await stage.call(`/credentials/acme-prod/rotations/${versionId}`)).json();
    expect(rotation).toMatchObject({ rotationId: versionId, credential: 'acme-prod', state: 'current' });
    expect((await stage.call('/credentials/nobody')).status).toBe(404);
    expect((await stage.call('/credentials/acme-prod/rotations/none')).status).toBe(404);
  });

  it('makes one rotation of twenty parallel calls with one key, and twenty equal answers', async () => {
    const path = '/credentials/globex-prod/rotations';
    const before = await versionIds(stage, 'globex-prod');
    // With a key, a call that comes too soon has had its answer.
    await stage.pass('globex-prod', LEASE_MS);
    const answer = () => answerOf(stage, path, { key: 'k-1', body: { reason: 'one key' } });
    const answers = await Promise.all(Array.from({ length: 20 }, answer));
    const [one = await answer()] = answers;
    expect(answers).toEqual(Array(20).fill(one));
    expect(await answer()).toEqual(one);
    const rotation = JSON.parse(one.text) as Rotation;
    expect([one.status, rotation]).toMatchObject([200, { outcome: 'rotated', strategy: 'in-place' }]);
    const after = await versionIds(stage, 'globex-prod');
    expect(after.filter((id) => !before.includes(id))).toEqual([rotation.rotationId]);
    expect((await answerOf(stage, path, { key: 'k-1', body: {} })).status).toBe(422);
    const runs = (await (await stage.call(`${path}?limit=50`)).json()) as { rotations: RunView[] };
    expect(runs.rotations.filter(({ reason }) => reason === 'one key')).toMatchObject([
      { ...rotation, status: 'ended', requestedBy: expect.stringContaining(`${PREFIX}-operator`) },
    ]);
    expect(runs.rotations).toContainEqual(expect.objectContaining({ trigger: 'api', outcome: 'adopted' }));
    const retired = (await (await stage.call('/credentials/acme-prod/rotations')).json()) as { rotations: RunView[] };
    expect(retired.rotations).toContainEqual(expect.objectContaining({ kind: 'retire', outcome: 'retired' }));
  });

  it('answers at once where that is preferred, and the request id leads to the end', async () => {
    const path = '/credentials/globex-prod/rotations';
    const answer = await stage.call(path, { method: 'POST', headers: { prefer: 'respond-async' } });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, 'respond-async']);
    const place = answer.headers.get('location') ?? '';
    const view = async () => (await (await stage.call(place)).json()) as RunView;
    while (['accepted', 'running'].includes((await view()).status)) await sleep(200);
    expect(await view()).toMatchObject({ status: 'ended', credential: 'globex-prod', trigger: 'api' });
  });

  it('pauses a schedule and resumes it, and changes nothing else of it', async () => {
    const { scheduler } = stage;
    const schedule = () => scheduler.send(new GetScheduleCommand({ GroupName: PREFIX, Name: 'globex-prod' }));
    const { $metadata: _, LastModificationDate: __, ...before } = await schedule();
    const patch = (state: string) =>
      stage.call('/credentials/globex-prod/schedule', { method: 'PATCH', body: { state } });
    expect((await patch('DISABLED')).status).toBe(200);
    expect((await schedule()).State).toBe('DISABLED');
    expect((await stage.view('globex-prod')).schedule.state).toBe('DISABLED');
    expect(await (await patch('ENABLED')).json()).toMatchObject({ changed: true, schedule: { state: 'ENABLED' } });
    const after = await schedule();
    expect(after).toMatchObject({ ...before, Target: { ...before.Target, Input: expect.any(String) } });
    expect(JSON.parse(after.Target?.Input ?? '')).toEqual(JSON.parse(before.Target?.Input ?? ''));
  });

  it('publishes how rotations and graces ended, as the schemas say', async () => {
    const seen = async (type: DetailType, detail: object) => {
      const events = await listener.heard();
      return events.some((event) => event['detail-type'] === type && isMatch(event.detail, detail)) || undefined;
    };
    for (const id of first.keys())
      await until(() => seen('Rotation Succeeded', { credential: id, outcome: 'adopted', stack: PREFIX }));
    await until(() => seen('Rotation Succeeded', { outcome: 'rotated', trigger: 'api', reason: 'leaked' }));
    await until(() => seen('Rotation Succeeded', { outcome: 'rotated', trigger: 'schedule' }));
    for (const credential of ['acme-prod', 'acme-test']) await until(() => seen('Retired', { credential }));
    for (const event of await listener.heard()) {
      const validate = ajv.compile(eventSchema(event['detail-type'] as DetailType));
      expect([event, validate(event), validate.errors]).toEqual([event, true, null]);
    }
  });

  it('tells whoever is subscribed to the topic, in words, of a rotation that was refused; of others it is silent', async () => {
    const { realm, uuid } = stage.provisioned.get('globex-prod') as { realm: string; uuid: string };
    await stage.keycloak.updateClient(realm, uuid, { enabled: false });
    const answer = await stage.rotate('globex-prod');
    await stage.keycloak.updateClient(realm, uuid, { enabled: true });
    expect(answer).toMatchObject({ outcome: 'refused', code: 'client-not-usable', nothingChanged: true });
    const [text = ''] = await until(async () => {
      const told = await listener.told();
      return told.length > 0 ? told : undefined;
    });
    console.info(`told: ${text}`);
    expect(text).toContain('globex-prod: Nothing was changed, and nothing is under way.');
    expect(text).toMatch(/What to do: \S/);
    expect(text).toContain(`Since: ${answer.startedAt}`);
    expect(text).toContain('docs/operations.md#a-rotation-failed');
    expect((await listener.told()).filter((one) => !one.includes('globex-prod: '))).toEqual([]);
  });

  it('has written no secret anywhere', async () => {
    const { texts, secrets } = await writtenBy(stage);
    expect(texts.length).toBeGreaterThan(20);
    expect(secrets.length).toBeGreaterThan(8);
    expect(findSecrets(texts, secrets)).toEqual([]);
  });

  async function accepts(id: string, secret: string): Promise<boolean> {
    const url = stage.credentials.get(id)?.accessTokenUrl.replace('/protocol/openid-connect/token', '') ?? '';
    return (await requestToken(url, { clientId: CLIENT_ID, secret })).status === 200;
  }

  async function disable(id: string): Promise<void> {
    const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = await stage.scheduler.send(
      new GetScheduleCommand({ Name: id, GroupName: PREFIX }),
    );
    const same = { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target };
    await stage.scheduler.send(new UpdateScheduleCommand({ ...same, State: 'DISABLED' }));
  }
});

const ajv = new Ajv2020({ formats: { 'date-time': true } });

/** Whether a value has these members. */
function isMatch(value: unknown, members: object): boolean {
  return Object.entries(members).every(([name, member]) => (value as Record<string, unknown>)[name] === member);
}

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(500);
  }
}
