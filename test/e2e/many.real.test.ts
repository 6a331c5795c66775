import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunView } from '../../functions/api/contract/answers/run.ts';
import type { FleetSummary } from '../../functions/many/about.ts';
import type { FleetProgress } from '../../functions/many/progress.ts';
import { describeReal } from '../support/real.ts';
import { type Cast, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-many';
/** How many credentials there are. One of the last wave is broken. */
const SIZE = { test: 2, prod: 4 };

const WORKING = [...idsOf('test', SIZE.test), ...idsOf('prod', SIZE.prod - 1)];
const BROKEN = 'prod-broken';
const ALL = [...WORKING, BROKEN];
const WAVES = [{ tags: { env: 'test' } }, { tags: { env: 'prod' } }];

describeReal('many credentials', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let s3: S3Client;

  beforeAll(async () => {
    const cast = ALL.map(
      (id): Cast => ({
        id,
        tags: { env: id.split('-')[0] },
        ...(id === BROKEN && { connector: { url: 'http://127.0.0.1:1/odata-connector/configurations/gone' } }),
      }),
    );
    stage = await setStage(PREFIX, cast);
    s3 = new S3Client({ ...stage.aws, forcePathStyle: true });
  }, 600_000);
  afterAll(async () => {
    s3?.destroy();
    await stage?.close();
  });

  /** Asks for a fleet rotation. */
  async function start(body: object, key?: string): Promise<string> {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const response = await stage.call('/rotations', { method: 'POST', body, headers });
    const answer = (await response.json()) as { executionId: string };
    expect({ status: response.status, answer }).toMatchObject({ status: 202 });
    expect(response.headers.get('location')).toBe(`/rotations/${answer.executionId}`);
    return answer.executionId;
  }

  async function progress(executionId: string): Promise<FleetProgress> {
    const response = await stage.call(`/rotations/${executionId}`);
    const answer = await response.json();
    expect({ status: response.status, answer }).toMatchObject({ status: 200 });
    return answer as FleetProgress;
  }

  async function end(executionId: string): Promise<FleetProgress> {
    for (;;) {
      const now = await progress(executionId);
      if (now.status === 'ended') return now;
      await sleep(500);
    }
  }

  async function versions(): Promise<(string | null)[]> {
    return await Promise.all(ALL.map(async (id) => (await stage.view(id)).versionId));
  }

  async function runsOf(id: string): Promise<RunView[]> {
    const answer = await (await stage.call(`/credentials/${id}/rotations`)).json();
    return (answer as { rotations: RunView[] }).rotations;
  }

  it('are planned without being touched', async () => {
    const planned = await end(await start({ select: { all: true }, waves: WAVES, dryRun: true }));

    expect(planned).toMatchObject({
      outcome: 'planned',
      failures: [],
      waves: [{ name: 'env=test' }, { name: 'env=prod' }],
    });
    expect(planned.credentials).toEqual([
      idsOf('test', SIZE.test),
      [...idsOf('prod', SIZE.prod - 1), BROKEN].toSorted(),
    ]);
    expect(await runsOf(BROKEN)).toEqual([]);
  }, 300_000);

  it('are rotated wave by wave, once for two calls with one key, with a failure that is borne', async () => {
    const body = { select: { all: true }, waves: WAVES, tolerated: { count: 1 }, reason: 'first of all' };
    const ids = await Promise.all([start(body, 'one-key'), start(body, 'one-key')]);
    expect(new Set(ids).size).toBe(1);
    const ended = await end(ids[0] ?? '');

    expect(ended).toMatchObject({
      outcome: 'completed',
      waves: [
        {
          name: 'env=test',
          total: SIZE.test,
          done: SIZE.test,
          failed: 0,
          running: 0,
          waiting: 0,
          outcomes: { adopted: SIZE.test },
        },
        { name: 'env=prod', total: SIZE.prod, done: SIZE.prod - 1, failed: 1, running: 0, waiting: 0 },
      ],
      failures: [{ credential: BROKEN, wave: 'env=prod', code: 'connector-unavailable', outcome: 'refused' }],
    });
    const runs = await Promise.all(ALL.map(runsOf));
    expect(runs.map((one) => one.length)).toEqual(ALL.map(() => 1));
    const [failure] = ended.failures;
    expect(runs.at(-1)?.[0]).toMatchObject({ requestId: failure?.requestId, reason: 'first of all' });
    const last = Math.max(
      ...idsOf('test', SIZE.test).map((id) => Date.parse(runs[ALL.indexOf(id)]?.[0]?.endedAt ?? '')),
    );
    const first = Math.min(
      ...idsOf('prod', SIZE.prod - 1).map((id) => Date.parse(runs[ALL.indexOf(id)]?.[0]?.begunAt ?? '')),
    );
    expect(first).toBeGreaterThanOrEqual(last);
  }, 300_000);

  it('leave a manifest with the result of each', async () => {
    const [, bucket = '', key = ''] =
      /^s3:\/\/([^/]+)\/(.*)$/.exec(
        (
          await end(
            await start(
              { select: { all: true }, waves: WAVES, tolerated: { count: 1 }, reason: 'first of all' },
              'one-key',
            ),
          )
        ).manifest ?? '',
      ) ?? [];
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const manifest = JSON.parse((await Body?.transformToString()) ?? '') as FleetProgress & { credentials: object[] };

    expect(manifest.credentials).toHaveLength(ALL.length);
    expect(manifest.credentials).toContainEqual(
      expect.objectContaining({ credential: BROKEN, outcome: 'refused', failed: true, requestId: expect.any(String) }),
    );
  }, 300_000);

  it('are tried again by themselves where the last change is too recent', async () => {
    const before = await versions();
    const ended = await end(
      await start({ select: { tags: { env: 'test' } }, revokePrevious: true, reason: 'a stolen laptop' }),
    );
    const after = await versions();

    expect(ended).toMatchObject({
      outcome: 'completed',
      waves: [{ total: SIZE.test, outcomes: { rotated: SIZE.test } }],
    });
    const changed = ALL.filter((_, index) => before[index] !== after[index]);
    expect(changed).toEqual(idsOf('test', SIZE.test));
    for (const id of changed) await expect(stage.agreed(id)).resolves.toEqual(expect.any(String));
  }, 300_000);

  it('are left alone once a wave has failed more often than it bears', async () => {
    const before = await versions();
    const body = { select: { all: true }, waves: [{ match: '*-broken' }], tolerated: { count: 0 } };
    const ended = await end(await start(body));

    expect(ended).toMatchObject({
      outcome: 'stopped',
      waves: [
        { name: '*-broken', failed: 1, waiting: 0 },
        { name: 'the rest', done: 0, failed: 0, waiting: WORKING.length },
      ],
    });
    expect(await versions()).toEqual(before);
  }, 300_000);

  it('are left alone once somebody has ended it, and what has begun is finished', async () => {
    const before = await versions();
    const executionId = await start({ select: { match: 'prod-?' } });
    const second = await stage.call('/rotations', { method: 'POST', body: { select: { match: 'test-?' } } });
    expect([second.status, await second.json()]).toMatchObject([
      409,
      { code: 'fleet-rotation-in-progress', executionId, nothingChanged: true },
    ]);
    const response = await stage.call(`/rotations/${executionId}`, { method: 'DELETE' });
    expect(await response.json()).toMatchObject({
      executionId,
      stoppedBy: expect.stringContaining(`${PREFIX}-operator`),
    });
    const ended = await end(executionId);
    const after = await versions();

    expect(ended.waves).toMatchObject([{ running: 0 }]);
    const [{ done, waiting } = { done: 0, waiting: 0 }] = ended.waves;
    expect(ended.outcome).toBe(waiting > 0 ? 'aborted' : 'completed');
    expect(ALL.filter((_, index) => before[index] !== after[index])).toHaveLength(done);
    const list = (await (await stage.call('/rotations?limit=1')).json()) as { rotations: FleetSummary[] };
    expect(list.rotations).toMatchObject([
      { executionId, status: 'ended', outcome: ended.outcome, counts: { done, failed: 0, waiting } },
    ]);
  }, 300_000);

  it('are refused with another body under a key that is taken, and unknown under an id that nobody has', async () => {
    const headers = { 'idempotency-key': 'one-key' };
    const taken = await stage.call('/rotations', { method: 'POST', body: { select: { match: 'x*' } }, headers });
    const unknown = await stage.call('/rotations/key-0', { method: 'GET' });

    expect([taken.status, await taken.json()]).toMatchObject([422, { code: 'idempotency-key-reused' }]);
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'rotation-unknown' }]);
  });
});

function idsOf(env: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${env}-${index + 1}`);
}
