import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { ownHostsOnly } from '../../functions/lambda/budgeted.ts';
import type { Deployed } from '../../functions/lambda/compose.ts';
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
  const environment = { PREFIX: 'csr', local: false, timing: TIMING } as Deployed['environment'];
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
