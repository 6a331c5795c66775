import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { RotationError } from '../../functions/credential/errors.ts';
import { REQUEST_ID } from '../../functions/credential/events/request-id.ts';
import { ownHostsOnly } from '../../functions/lambda/compose/budgeted.ts';
import type { DeployedRuns } from '../../functions/lambda/compose/runs.ts';
import type { RunLedger } from '../../functions/ports/ledger.ts';
import { createRotateHandler } from '../../functions/rotate.ts';
import { instead, timeout } from '../support/faults.ts';
import { FUNCTION_TIMEOUT_MS } from '../support/parts.ts';
import { createWorld, FIRST_SECRET, type TestWorld, TIMING } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const silent = {
  logger: new Logger({ logLevel: 'SILENT' }),
  metrics: new Metrics({ namespace: 'test', serviceName: 'test' }),
};
/** The function as it is deployed, over a world. */
function invoke(world: TestWorld, event: object) {
  const environment = { PREFIX: 'csr', local: false, timing: TIMING } as DeployedRuns['environment'];
  const handler = createRotateHandler(() => ({ environment, world: world.world, aws: {} }), silent);
  const endsAt = world.now().getTime() + FUNCTION_TIMEOUT_MS;
  const getRemainingTimeInMillis = () => endsAt - world.now().getTime();
  return handler(event, { functionName: 'rotate', getRemainingTimeInMillis } as unknown as Context);
}

const scheduled = (world: TestWorld, more: object = {}) => ({
  trigger: 'schedule',
  id: 'acme-prod',
  scheduledTime: world.now().toISOString(),
  ...more,
});

describe('an event names a credential and nothing else', () => {
  it('settings that stand in it are not read: a forged one sends no secret elsewhere', async () => {
    const world = createWorld();
    const [connector] = world.credential.connectors;
    const forged = {
      ...world.credential,
      accessTokenUrl: 'https://attacker.example.com/token',
      connectors: [{ ...connector, url: 'https://attacker.example.com/configuration' }],
    };
    const { id: _, ...event } = scheduled(world, { credential: forged });
    expect(await invoke(world, event)).toMatchObject({ rotation: { outcome: 'rotated', credential: 'acme-prod' } });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('a run calls the hosts of its own credential only, whatever the deployment allows', async () => {
    const { credential } = createWorld();
    const called: string[] = [];
    const fetch = ownHostsOnly(async (url) => {
      called.push(new URL(url).hostname);
      return new Response();
    }, credential);
    await fetch('https://iam.example.com/x', { method: 'GET' });
    await fetch('https://flow.example.com/x', { method: 'GET' });
    await expect(fetch('https://other-customer.example.com/x', { method: 'GET' })).rejects.toMatchObject({
      kind: 'not-allowed',
    });
    expect(called).toEqual(['iam.example.com', 'flow.example.com']);
  });
});

describe('an invocation fails, so that Lambda tries again', () => {
  it('when the run was interrupted; but not when it was the repeat of one, which has planned its own', async () => {
    for (const [more, fails] of [
      [{}, true],
      [{ repeat: { attempt: 1, due: true } }, false],
    ] as const) {
      const world = createWorld({ overlap: false });
      let changed = false;
      world.intercept(async ({ name }, perform) => {
        if (changed && name.startsWith('iam')) return new Response(null, { status: 503 });
        const response = await perform();
        changed ||= /^iam PUT/.test(name);
        return response;
      });
      const ending = invoke(world, scheduled(world, more));
      if (fails) await expect(ending).rejects.toMatchObject({ code: 'iam-unavailable' });
      else expect(await ending).toMatchObject({ rotation: { outcome: 'interrupted' } });
    }
  });

  it('when nothing could be planned; not when the run was rolled back and has planned its repeat', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 403 })));
    const answer = await invoke(world, scheduled(world));
    expect(answer).toMatchObject({ rotation: { outcome: 'rolled-back', repeatAt: expect.any(String) } });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.intercept(instead(/^(iam|scheduler)/, timeout));
    await expect(invoke(world, scheduled(world))).rejects.toMatchObject({ code: 'iam-timeout' });
  });
});

describe('on demand', () => {
  const onDemand = (more: object) => ({ trigger: 'api', id: 'acme-prod', requestedBy: 'arn:anna', ...more });

  it('a dry run answers with a plan, and changes nothing', async () => {
    const world = createWorld();
    expect(await invoke(world, onDemand({ dryRun: true }))).toEqual({
      plan: expect.objectContaining({ credential: 'acme-prod', state: 'at-rest', action: 'begin' }),
    });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.calls.filter((name) => /Put|Update|PATCH|iam PUT/.test(name))).toEqual([]);
  });

  it('a rollback goes back to the previous document', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(HOUR_MS);
    const answer = await invoke(world, onDemand({ rollback: true, reason: 'the flow is broken' }));
    expect(answer).toMatchObject({ rotation: { outcome: 'rotated', reason: 'the flow is broken' } });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('a previous secret that is to be revoked is refused when the answer comes', async () => {
    const world = createWorld();
    expect(await invoke(world, onDemand({ revokePrevious: true }))).toMatchObject({
      rotation: { outcome: 'rotated', previousRevoked: true },
    });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });
});

describe('the ledger', () => {
  const requestId = '0195503b-2880-7000-8000-000000000001';
  const asked = { trigger: 'api', id: 'acme-prod', requestedBy: 'arn:anna', reason: 'leak', force: true, requestId };
  const runs = async (world: TestWorld) => (await world.ledger.list({ limit: 50 })).entries;
  const tooSoon = async (world: TestWorld) => {
    await invoke(world, scheduled(world));
    return asked;
  };

  it('has every run with who, why, when and how it ended, under the id that the call was given', async () => {
    const world = createWorld();
    const answer = await invoke(world, asked);
    expect(answer?.rotation).toMatchObject({ requestId, outcome: 'rotated' });
    expect(answer?.rotation).not.toHaveProperty('recorded');
    const entry = {
      requestId,
      kind: 'rotation',
      trigger: 'api',
      requestedBy: 'arn:anna',
      reason: 'leak',
      asked: { force: true },
      end: { endedAt: expect.any(Date), rotation: answer?.rotation },
    };
    expect(await runs(world)).toEqual([expect.objectContaining(entry)]);
    expect(await world.ledger.find(world.labelled('AWSCURRENT')?.id ?? '')).toMatchObject(entry);
    expect(JSON.stringify(await runs(world))).not.toContain(world.current().clientSecret);
  });

  it('has a scheduled run that found nothing to do, under an id of its own', async () => {
    const world = createWorld();
    await invoke(world, scheduled(world, { scheduledTime: '2026-01-01T00:00:00Z' }));
    expect(await runs(world)).toMatchObject([
      {
        trigger: 'schedule',
        requestId: expect.stringMatching(REQUEST_ID),
        end: { rotation: { outcome: 'unchanged' } },
      },
    ]);
  });

  it('has a call that came too early, with the reason why nothing began', async () => {
    const world = createWorld();
    const event = await tooSoon(world);
    const problem = { code: 'too-soon', nothingChanged: true, retryAfter: expect.any(Number) };
    expect(await invoke(world, event)).toMatchObject({ problem });
    expect((await world.ledger.find(requestId))?.end).toMatchObject({ problem });
  });

  it('has a run that ended with an error nobody foresaw, and tells nothing of the error but its class', async () => {
    const world = createWorld();
    const broken = { ...world.world.schedules, settings: () => Promise.reject(new TypeError('not-to-be-told')) };
    Object.assign(world.world, { schedules: broken });
    await expect(invoke(world, asked)).rejects.toThrow('not-to-be-told');
    const end = (await world.ledger.find(requestId))?.end;
    expect(end).toMatchObject({ problem: { code: 'internal-error', nothingChanged: null } });
    expect(JSON.stringify(end)).not.toContain('not-to-be-told');
  });

  it('is not asked about a credential that does not exist, nor about a dry run', async () => {
    const world = createWorld();
    await invoke(world, { ...asked, dryRun: true });
    const settings = () => Promise.reject(new RotationError('credential-unknown', 'There is no credential'));
    Object.assign(world.world, { schedules: { ...world.world.schedules, settings } });
    await invoke(world, { ...asked, id: 'nobody' });
    expect((await runs(world)).filter(({ end }) => end)).toEqual([]);
  });

  it('that can not be written takes nothing away: the rotation stands, the answer and a metric say so', async () => {
    const world = createWorld();
    const failing = { begin: away, end: away } as unknown as RunLedger;
    Object.assign(world.world, { ledger: () => failing });
    const counted = jest.spyOn(silent.metrics, 'addMetric');
    expect(await invoke(world, asked)).toMatchObject({ rotation: { outcome: 'rotated', recorded: false } });
    expect(counted).toHaveBeenCalledWith('LedgerRecordMissing', 'Count', 1);
    expect(await invoke(world, asked)).toMatchObject({ problem: { code: 'too-soon', recorded: false } });
    counted.mockRestore();
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('lets a second delivery of a call begin nothing, and keeps what the first one came to', async () => {
    const world = createWorld();
    const first = await invoke(world, asked);
    world.advance(HOUR_MS);
    expect(await invoke(world, asked)).toMatchObject({ rotation: { outcome: 'unchanged', trigger: 'api' } });
    expect(await runs(world)).toMatchObject([{ requestId, end: { rotation: first?.rotation } }]);
  });

  it('lets a second delivery finish what the first has left when its function died', async () => {
    const world = createWorld();
    let alive = true;
    const buried = new AbortController();
    world.intercept(async ({ name }, perform) => {
      alive &&= !/^connector PATCH/.test(name);
      if (alive) return await perform();
      return await new Promise((_, reject) => buried.signal.addEventListener('abort', () => reject(new Error('dead'))));
    });
    const dead = invoke(world, asked).catch(() => {});
    while (alive) await new Promise((resolve) => setImmediate(resolve));
    world.intercept((_io, perform) => perform());
    // Within the lease of the first, Lambda is told to come again.
    world.advance(60_000);
    await expect(invoke(world, asked)).rejects.toMatchObject({ code: 'rotation-in-progress' });
    expect((await world.ledger.find(requestId))?.end).toBeUndefined();
    world.advance(120_000);
    const answer = await invoke(world, asked);
    expect(answer?.rotation).toMatchObject({
      requestId,
      trigger: 'api',
      requestedBy: 'arn:anna',
      nothingChanged: false,
    });
    expect((await world.ledger.find(requestId))?.end?.rotation).toEqual(answer?.rotation);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
    buried.abort();
    await dead;
  });
});

async function away(): Promise<never> {
  throw new RotationError('ledger-unavailable', 'DynamoDB, csr: TimeoutError');
}

describe('an event', () => {
  const onDemand = { trigger: 'api', id: 'acme-prod', requestedBy: 'arn:anna', reason: 'leak' };

  it('tells how a rotation ended, once its record is written', async () => {
    const world = createWorld();
    const order: string[] = [];
    const { end } = world.ledger;
    world.ledger.end = async (...args: Parameters<typeof end>) => {
      await end.apply(world.ledger, args);
      order.push('recorded');
    };
    world.intercept((io, perform) => {
      if (io.name.startsWith('events')) order.push('published');
      return perform();
    });
    const answer = await invoke(world, onDemand);
    const { requestId, rotationId, startedAt, durationMs } = answer?.rotation ?? {};
    expect(world.events).toEqual([
      {
        detailType: 'Rotation Succeeded',
        detail: {
          credential: 'acme-prod',
          requestId,
          rotationId,
          outcome: 'rotated',
          trigger: 'api',
          strategy: 'dual-secret',
          startedAt,
          durationMs,
          requestedBy: 'arn:anna',
          reason: 'leak',
          code: undefined,
          detail: undefined,
          next: undefined,
          repeatAt: null,
        },
      },
    ]);
    expect(order).toEqual(['recorded', 'published']);
  });

  it('tells of a rotation that was undone: why, and when it is repeated', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 403 })));
    const answer = await invoke(world, scheduled(world));
    const { repeatAt, failure } = answer?.rotation ?? {};
    expect(world.events).toMatchObject([
      {
        detailType: 'Rolled Back',
        detail: { outcome: 'rolled-back', code: failure?.code, detail: failure?.detail, next: failure?.next, repeatAt },
      },
    ]);
    expect(failure?.code).toBe('connector-unauthorized');
  });

  it('is not published where nothing happened: a duplicate, a dry run, a call that came too early', async () => {
    const world = createWorld();
    await invoke(world, scheduled(world, { scheduledTime: '2026-01-01T00:00:00Z' }));
    await invoke(world, { ...onDemand, dryRun: true });
    expect(world.events).toEqual([]);
    await invoke(world, onDemand);
    expect(await invoke(world, onDemand)).toMatchObject({ problem: { code: 'too-soon' } });
    expect(world.events).toHaveLength(1);
  });

  it('that can not be published takes nothing away: a metric tells of it', async () => {
    const world = createWorld();
    const publish = () => Promise.reject(new RotationError('events-unavailable', 'EventBridge: TimeoutError'));
    Object.assign(world.world, { events: { publish } });
    const counted = jest.spyOn(silent.metrics, 'addMetric');
    expect(await invoke(world, onDemand)).toMatchObject({ rotation: { outcome: 'rotated' } });
    expect(counted).toHaveBeenCalledWith('EventMissing', 'Count', 1);
    counted.mockRestore();
  });

  it('is not waited for where the time is used up', async () => {
    const world = createWorld();
    const tries: (number | undefined)[] = [];
    Object.assign(world.world, {
      events: { publish: async (_event: unknown, tryMs?: number) => void tries.push(tryMs) },
    });
    await invoke(world, onDemand);
    expect(tries).toEqual([TIMING.httpTimeoutMs / 4]);
  });
});
