import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { dynamoDbFleetRecords } from '../../functions/adapters/dynamodb/fleet/records.ts';
import { queryAll } from '../../functions/adapters/dynamodb/table.ts';
import { fleetRotationsList, fleetRotationView } from '../../functions/api/many/fleet-rotations.ts';
import { startFleetRotation } from '../../functions/api/many/start.ts';
import { RotationError } from '../../functions/credential/errors.ts';
import { FleetRequest } from '../../functions/credential/events/fleet-rotation.ts';
import type { OwnTable } from '../support/table.ts';

const ALL = FleetRequest.parse({ select: { all: true } });
const PLAN = FleetRequest.parse({ select: { all: true }, dryRun: true });
const MINUTE_MS = 60_000;
/** How many a case begins at most. */
const MOST = 10;
const TEXT = { S: '' };
const call = (key?: string, body = ALL) => ({ body, requestedBy: 'arn:anna', key });
const idOf = ({ body }: { body: string }): string => JSON.parse(body).executionId;

/** What is promised of starting fleet rotations over one table: one is under way at a time. */
export function fleetStartContract(table: () => OwnTable): void {
  const parts = () => {
    const records = dynamoDbFleetRecords(table().client, table());
    /** How the execution of each stands: true while it goes on. */
    const executions = new Map<string, boolean>();
    const starts: string[] = [];
    const clock = { now: Date.parse('2026-03-01T02:00:00Z') };
    let drawn = 0;
    const deps = {
      executions: {
        start: async (id: string) => {
          starts.push(id);
          if (!executions.has(id)) executions.set(id, true);
        },
        isRunning: async (id: string) => executions.get(id),
      },
      fleetRecords: records,
      newRequestId: () => `drawn-${++drawn}`,
      now: () => new Date(clock.now),
    };
    return { deps, records, executions, starts, clock };
  };
  const away = async () => {
    throw new RotationError('executions-unavailable', 'no answer');
  };

  beforeEach(async () => {
    const { client, tableName: TableName } = table();
    const listed = await queryAll(client, { TableName, partition: 'many#', beginning: 'asked#' });
    const keys = [
      ...listed.map(({ pk = TEXT, sk = TEXT }) => ({ pk, sk })),
      { pk: { S: 'many#' }, sk: { S: 'under-way' } },
      ...Array.from({ length: MOST }, (_, index) => ({ pk: { S: `many#drawn-${index + 1}` }, sk: { S: 'head' } })),
    ];
    for (const Key of keys) await client.send(new DeleteItemCommand({ TableName, Key }));
  });

  it('notes the request before it starts anything, and says where to look', async () => {
    const { deps, records, starts, clock } = parts();
    const answer = await startFleetRotation(call(), deps);

    expect([answer.statusCode, idOf(answer), answer.headers.location]).toEqual([202, 'drawn-1', '/rotations/drawn-1']);
    expect(await records.head('drawn-1')).toEqual({
      executionId: 'drawn-1',
      request: ALL,
      requestedBy: 'arn:anna',
      requestedAt: new Date(clock.now),
    });
    expect(starts).toEqual(['drawn-1']);
  });

  it('refuses a second one while one is under way, names that one, and leaves nothing behind', async () => {
    const { deps, records, starts } = parts();
    await startFleetRotation(call(), deps);
    const refused = await startFleetRotation(call(), deps);

    expect([refused.statusCode, refused.headers['retry-after'], JSON.parse(refused.body)]).toEqual([
      409,
      '60',
      expect.objectContaining({
        code: 'fleet-rotation-in-progress',
        executionId: 'drawn-1',
        nothingChanged: true,
        next: expect.stringContaining('DELETE /rotations/'),
      }),
    ]);
    expect([starts, await records.head('drawn-2')]).toEqual([['drawn-1'], undefined]);
  });

  it('begins one of several that start at the same moment', async () => {
    const { deps, starts } = parts();
    const answers = await Promise.all(Array.from({ length: 8 }, async () => await startFleetRotation(call(), deps)));
    const statuses = answers.map(({ statusCode }) => statusCode).toSorted();

    expect([statuses, starts.length]).toEqual([[202, 409, 409, 409, 409, 409, 409, 409], 1]);
    const [winner] = starts;
    const others = answers.filter(({ statusCode }) => statusCode === 409).map(idOf);
    expect(new Set(others)).toEqual(new Set([winner]));
  });

  it('begins one of several that find one that has died', async () => {
    const { deps, starts, executions } = parts();
    await startFleetRotation(call(), deps);
    executions.set('drawn-1', false);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => await startFleetRotation(call(), deps)));

    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1);
    expect(starts).toHaveLength(2);
  });

  it('begins one after the end of the other was noted, though its execution still ends', async () => {
    const { deps, records } = parts();
    await startFleetRotation(call(), deps);
    await records.end('drawn-1', { outcome: 'completed', at: new Date() });

    expect((await startFleetRotation(call(), deps)).statusCode).toBe(202);
  });

  it('waits a minute for an execution that nobody has seen, and no longer', async () => {
    const { deps, clock } = parts();
    await expect(
      startFleetRotation(call(), { ...deps, executions: { ...deps.executions, start: away } }),
    ).rejects.toMatchObject({ code: 'executions-unavailable' });
    clock.now += MINUTE_MS - 1;
    expect((await startFleetRotation(call(), deps)).statusCode).toBe(409);
    clock.now += 1;
    expect((await startFleetRotation(call(), deps)).statusCode).toBe(202);
  });

  it('begins nothing while Step Functions does not say how the other one stands', async () => {
    const { deps, starts } = parts();
    await startFleetRotation(call(), deps);
    const mute = { ...deps, executions: { ...deps.executions, isRunning: away } };

    await expect(startFleetRotation(call(), mute)).rejects.toMatchObject({ code: 'executions-unavailable' });
    expect(starts).toHaveLength(1);
  });

  it('plans at any time, and a plan keeps nobody waiting', async () => {
    const { deps } = parts();
    const answers = [];
    for (const body of [PLAN, ALL, PLAN])
      answers.push((await startFleetRotation(call(undefined, body), deps)).statusCode);

    expect(answers).toEqual([202, 202, 202]);
  });

  describe('with a key', () => {
    it('is about one execution, of which the name is one that Step Functions takes', async () => {
      const { deps, starts } = parts();
      const key = `a key / with : anything ${crypto.randomUUID()}`;
      const [one, other] = await Promise.all([
        startFleetRotation(call(key), deps),
        startFleetRotation(call(key), deps),
      ]);

      expect([one.statusCode, idOf(one)]).toEqual([202, idOf(other)]);
      expect(idOf(one)).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
      expect(new Set(starts)).toEqual(new Set([idOf(one)]));
    });

    it('begins, repeated, what the first call could not', async () => {
      const { deps, starts, clock } = parts();
      const key = crypto.randomUUID();
      await expect(
        startFleetRotation(call(key), { ...deps, executions: { ...deps.executions, start: away } }),
      ).rejects.toMatchObject({ code: 'executions-unavailable' });
      clock.now += 1000;

      expect((await startFleetRotation(call(key), deps)).statusCode).toBe(202);
      expect(starts).toHaveLength(1);
    });

    it('is refused with another body, and starts nothing', async () => {
      const { deps, starts } = parts();
      const key = crypto.randomUUID();
      await startFleetRotation(call(key), deps);
      const other = FleetRequest.parse({ select: { match: 'acme-*' } });

      await expect(startFleetRotation(call(key, other), deps)).rejects.toMatchObject({
        code: 'idempotency-key-reused',
      });
      expect(starts).toHaveLength(1);
    });

    it.each(['ended', 'died'])('answers the same of one that has %s, though another one is under way', async (how) => {
      const { deps, records, executions, starts } = parts();
      const key = crypto.randomUUID();
      const first = await startFleetRotation(call(key), deps);
      if (how === 'ended') await records.end(idOf(first), { outcome: 'completed', at: new Date() });
      executions.set(idOf(first), false);
      await startFleetRotation(call(), deps);

      expect(await startFleetRotation(call(key), deps)).toEqual(first);
      expect(starts).toEqual([idOf(first), 'drawn-1']);
    });

    it('begins nothing anew that Step Functions has forgotten', async () => {
      const { deps, records, executions, starts, clock } = parts();
      const key = crypto.randomUUID();
      const first = await startFleetRotation(call(key), deps);
      await records.chosen(idOf(first), [{ name: 'all', total: 0, tolerated: 0 }], []);
      executions.clear();
      clock.now += 100 * 24 * 60 * MINUTE_MS;

      expect(await startFleetRotation(call(key), deps)).toEqual(first);
      expect(starts).toHaveLength(1);
      expect(await fleetRotationView(idOf(first), deps)).toMatchObject({ status: 'ended', outcome: 'broken' });
    });
  });

  it('lists the last ones, newest first, without plans and refused ones', async () => {
    const { deps, records, clock } = parts();
    await startFleetRotation(call(), deps);
    const counts = { done: 3, failed: 1, waiting: 0 };
    await records.end('drawn-1', { outcome: 'completed', at: new Date(clock.now), manifest: 's3://b/m', counts });
    clock.now += 1000;
    for (const body of [ALL, PLAN, ALL]) await startFleetRotation(call(undefined, body), deps);
    const { rotations } = await fleetRotationsList({ limit: 25 }, deps);

    expect(rotations).toMatchObject([
      { executionId: 'drawn-2', status: 'choosing', outcome: null, total: null, counts: null },
      { executionId: 'drawn-1', status: 'ended', outcome: 'completed', counts, manifest: 's3://b/m' },
    ]);
    expect((await fleetRotationsList({ limit: 1 }, deps)).rotations).toHaveLength(1);
  });
}
