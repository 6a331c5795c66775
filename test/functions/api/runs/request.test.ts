import { describe, expect, it, jest } from '@jest/globals';
import type { DrawnId, RequestIds } from '../../../../functions/adapters/dynamodb/idempotency.ts';
import { type RotationBody, RunHeaders } from '../../../../functions/api/contract/requests.ts';
import { requestRun } from '../../../../functions/api/runs/request.ts';
import { type Wishes, wishesOf } from '../../../../functions/api/runs/wishes.ts';
import type { RotateAnswer } from '../../../../functions/credential/answer.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { OnDemandEvent } from '../../../../functions/credential/events/on-demand.ts';
import { requestIdAt } from '../../../../functions/credential/events/request-id.ts';
import { RefusedError } from '../../../../functions/ports/api/rotate-function.ts';
import type { RunEnd } from '../../../../functions/ports/ledger.ts';
import { MemoryLedger } from '../../../../local/stand-ins/table/ledger.ts';

const BEGIN = Date.parse('2026-03-01T03:00:00Z');
const ROTATION = { rotationId: 'v2', credential: 'acme-prod', trigger: 'api', outcome: 'rotated', connectors: [] };
const away = async () => Promise.reject(new RotationError('ledger-unavailable', 'DynamoDB, csr: TimeoutError'));

/** An API over a ledger in memory; time passes where somebody sleeps. */
function bench({ runMs = 2000 }: { runMs?: number } = {}) {
  let now = BEGIN;
  let drawn = 0;
  const ledger = new MemoryLedger();
  const events: (OnDemandEvent & { type: string })[] = [];
  const ending: { at: number; event: OnDemandEvent }[] = [];
  let refuse: Error | undefined;
  const keys = new Map<string, Promise<string>>();
  const requestIds: RequestIds = async ({ key }, draw): Promise<DrawnId> => {
    const known = keys.get(key);
    if (known) return { requestId: await known, drawn: false };
    const drawing = draw();
    keys.set(key, drawing);
    return { requestId: await drawing, drawn: true };
  };
  const end = async (event: OnDemandEvent) => {
    const run = (await ledger.find(event.requestId ?? '')) as never;
    await ledger.end(run, { endedAt: new Date(now), rotation: ROTATION } as unknown as RunEnd);
  };
  const take = async (type: 'call' | 'handOver', event: OnDemandEvent) => {
    if (refuse) throw refuse;
    events.push({ ...event, type });
    const known = await ledger.find(event.requestId ?? '');
    if (known) await ledger.begin(known, new Date(now));
    if (type === 'handOver') ending.push({ at: now + runMs, event });
    return { rotation: ROTATION } as unknown as RotateAnswer;
  };
  const deps = {
    rotateFunction: {
      call: (event: OnDemandEvent) => take('call', event),
      handOver: async (event: OnDemandEvent) => void (await take('handOver', event)),
    },
    waitMs: 25_000,
    schedules: { settings: async () => ({}) as never },
    ledgerOf: () => ledger,
    requestIdsOf: () => requestIds,
    newRequestId: () => requestIdAt(new Date(now), `0000000${++drawn}-0000-4000-8000-000000000000`),
    now: () => new Date(now),
    sleep: async (ms: number) => {
      now += ms;
      for (const one of ending.filter(({ at }) => at <= now)) await end(one.event);
    },
  };
  const call = async (wishes: Partial<Wishes> = {}, body: RotationBody = { reason: 'leak' }) => {
    const asked = { id: 'acme-prod', requestedBy: 'arn:eve', body };
    const response = await requestRun(asked, { respondAsync: false, ...wishes }, deps);
    return { ...response, json: JSON.parse(response.body) };
  };
  return { deps, ledger, events, call, refuse: (error?: Error) => (refuse = error), pass: (ms: number) => (now += ms) };
}

describe('a request without a key', () => {
  it('is noted under its id before anything begins, so that a run that is killed can be seen', async () => {
    const { call, events, ledger } = bench();
    expect((await call()).statusCode).toBe(200);
    const [{ requestId = '', type } = { type: '' }] = events;
    expect(type).toBe('call');
    expect(await ledger.find(requestId)).toEqual({
      requestId,
      kind: 'rotation',
      trigger: 'api',
      requestedBy: 'arn:eve',
      reason: 'leak',
      requestedAt: new Date(BEGIN),
      begunAt: new Date(BEGIN),
    });
  });

  it('rotates all the same when the ledger is away: a leaked secret can not wait for a table', async () => {
    const { call, deps, events } = bench();
    Object.assign(deps, { ledgerOf: () => ({ accept: away, find: away }) });
    expect((await call()).statusCode).toBe(200);
    expect(events).toHaveLength(1);
  });

  it('waits for what is left of the time of an answer, once the settings were slow to read', async () => {
    const { call, deps, pass } = bench();
    const waits = jest.spyOn(AbortSignal, 'timeout');
    Object.assign(deps, { schedules: { settings: async () => void pass(20_000) } });
    expect((await call()).statusCode).toBe(200);
    expect(waits.mock.calls).toEqual([[5000]]);
    waits.mockRestore();
  });

  it('for a dry run notes nothing, whatever its headers', async () => {
    const { call, deps, events } = bench();
    Object.assign(deps, { ledgerOf: () => ({ accept: away, find: away }), requestIdsOf: () => away });
    await call({ key: 'k1', respondAsync: true }, { dryRun: true });
    expect(events).toEqual([{ trigger: 'api', id: 'acme-prod', requestedBy: 'arn:eve', dryRun: true, type: 'call' }]);
  });

  it('for a credential that does not exist begins and notes nothing', async () => {
    const { call, deps, events, ledger } = bench();
    const settings = async () => Promise.reject(new RotationError('credential-unknown', 'There is none'));
    Object.assign(deps, { schedules: { settings } });
    await expect(call({ key: 'k1' })).rejects.toMatchObject({ code: 'credential-unknown' });
    expect([events, (await ledger.list({ limit: 9 })).entries]).toEqual([[], []]);
  });
});

describe('a request without a key that Lambda refuses', () => {
  const throttled = new RefusedError('TooManyRequestsException', true);

  it.each([false, true])('has ended: its id leads to why nothing began; respond-async: %p', async (respondAsync) => {
    const { call, ledger, refuse } = bench();
    refuse(throttled);
    const answer = await call({ respondAsync });
    const [entry] = (await ledger.list({ limit: 9 })).entries;
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '5' },
      json: { code: 'lambda-throttled', nothingChanged: true, requestId: entry?.requestId, credential: 'acme-prod' },
    });
    expect(answer.json).not.toHaveProperty('recorded');
    expect(entry).toMatchObject({ end: { problem: { code: 'lambda-throttled', nothingChanged: true } } });
    expect(entry).not.toHaveProperty('begunAt');
  });

  it('says so where its end could not be noted', async () => {
    const { call, deps, ledger, refuse } = bench();
    refuse(throttled);
    const ledgerOf = () => ({ accept: ledger.accept.bind(ledger), find: away, end: away });
    Object.assign(deps, { ledgerOf });
    expect((await call()).json).toMatchObject({ code: 'lambda-throttled', nothingChanged: true, recorded: false });
  });
});

describe('Prefer: respond-async', () => {
  it('is answered at once with the request id, which is known already', async () => {
    const { call, events, ledger } = bench();
    const { statusCode, headers, json } = await call({ respondAsync: true });
    const [{ requestId = '', type } = { type: '' }] = events;
    expect([statusCode, json, type]).toEqual([202, { requestId }, 'handOver']);
    expect(headers).toMatchObject({
      location: `/credentials/acme-prod/rotations/${requestId}`,
      'preference-applied': 'respond-async',
    });
    expect(await ledger.find(requestId)).toMatchObject({ requestId });
  });

  it('is refused when its id could lead nowhere: nothing begins', async () => {
    const { call, deps, events } = bench();
    Object.assign(deps, { ledgerOf: () => ({ accept: away, find: away }) });
    await expect(call({ respondAsync: true })).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(events).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  it('makes one run of twenty parallel calls, and twenty equal answers', async () => {
    const { call, events } = bench();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call({ key: 'k1' })));
    expect(events).toHaveLength(1);
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ statusCode: 200, json: ROTATION });
  });

  it('answers a repeat, hours later, as the first call', async () => {
    const { call, events, pass } = bench();
    const first = await call({ key: 'k1' });
    pass(20 * 3_600_000);
    expect(await call({ key: 'k1' })).toEqual(first);
    expect(events).toHaveLength(1);
  });

  it('answers 202 with the same request id while the run goes on, and then how it ended', async () => {
    const { call, events } = bench({ runMs: 40_000 });
    const first = await call({ key: 'k1' });
    expect([first.statusCode, first.json]).toEqual([202, { requestId: events[0]?.requestId }]);
    expect(await call({ key: 'k1' })).toMatchObject({ statusCode: 200, json: ROTATION });
    expect(events).toHaveLength(1);
  });

  it('hands over again what a function that died has not handed over; the same run', async () => {
    const { call, events, refuse, pass } = bench();
    refuse(new RefusedError('TooManyRequestsException', true));
    await expect(call({ key: 'k1' })).rejects.toMatchObject({ code: 'lambda-throttled' });
    refuse(undefined);
    pass(5001);
    expect(await call({ key: 'k1' })).toMatchObject({ statusCode: 200, json: ROTATION });
    expect(events).toHaveLength(1);
  });

  it('tells why nothing began, to every call alike', async () => {
    const { call, deps, ledger } = bench();
    const problem = {
      code: 'too-soon',
      detail: 'just now',
      next: 'Wait.',
      retryAfter: 64,
      nothingChanged: true,
    } as const;
    const sleep = async () => {
      for (const run of (await ledger.list({ limit: 1 })).entries)
        await ledger.end(run, { endedAt: new Date(BEGIN), problem });
    };
    Object.assign(deps, { sleep });
    const first = await call({ key: 'k1' });
    expect(first).toMatchObject({ statusCode: 409, headers: { 'retry-after': '64' }, json: { code: 'too-soon' } });
    expect(first.json.requestId).toBe((await ledger.list({ limit: 1 })).entries[0]?.requestId);
    expect(await call({ key: 'k1' })).toEqual(first);
  });
});

describe('wishesOf', () => {
  it.each([
    [{}, { respondAsync: false }],
    [{ prefer: 'wait=10, Respond-Async' }, { respondAsync: true }],
    [{ prefer: 'respond-asynchronously' }, { respondAsync: false }],
    [{ 'idempotency-key': 'a b-c' }, { key: 'a b-c', respondAsync: false }],
    [{ 'idempotency-key': 'k'.repeat(255) }, { key: 'k'.repeat(255), respondAsync: false }],
  ])('reads %j', (headers, wishes) => {
    expect(wishesOf(RunHeaders.parse({ ...headers, accept: 'x' }))).toEqual(wishes);
  });

  it.each(['', ' ', 'k'.repeat(256), 'größe', 'a\tb'])('refuses the key %j', (key) => {
    expect(RunHeaders.safeParse({ 'idempotency-key': key }).success).toBe(false);
  });
});
