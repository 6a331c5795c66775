import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import type { DeployedRuns } from '../../functions/lambda/compose/runs.ts';
import { createRetireHandler } from '../../functions/retire.ts';
import { instead, timeout } from '../support/faults.ts';
import { FUNCTION_TIMEOUT_MS } from '../support/parts.ts';
import { createWorld, FIRST_SECRET, type TestWorld, TIMING } from '../support/world.ts';

const DAY_MS = 86_400_000;
const silent = {
  logger: new Logger({ logLevel: 'SILENT' }),
  metrics: new Metrics({ namespace: 'test', serviceName: 'test' }),
};

/** The function as it is deployed, over a world whose grace is over. */
async function invokeAfterGrace(prepare: (world: TestWorld) => void = () => undefined) {
  const world = createWorld();
  await world.rotate();
  world.advance(DAY_MS);
  prepare(world);
  const environment = { PREFIX: 'csr', local: false, timing: TIMING } as DeployedRuns['environment'];
  const handler = createRetireHandler(() => ({ environment, world: world.world, aws: {} }), silent);
  const endsAt = world.now().getTime() + FUNCTION_TIMEOUT_MS;
  const getRemainingTimeInMillis = () => endsAt - world.now().getTime();
  const versionId = world.labelled('AWSPREVIOUS')?.id ?? '';
  const event = { trigger: 'retire', id: 'acme-prod', versionId, attempt: 1 };
  const report = await handler(event, { functionName: 'retire', getRemainingTimeInMillis } as unknown as Context);
  return { world, report, versionId };
}

describe('an event', () => {
  it('tells that a previous secret was ended', async () => {
    const { world, report, versionId } = await invokeAfterGrace();
    const { requestId } = report;
    const endedAt = (await world.ledger.find(requestId ?? ''))?.end?.endedAt.toISOString();
    expect(world.events).toEqual([
      { detailType: 'Retired', detail: { credential: 'acme-prod', requestId, versionId, outcome: 'retired', endedAt } },
    ]);
    expect(JSON.stringify(world.events)).not.toContain(FIRST_SECRET);
  });

  it('is not published where nothing was ended', async () => {
    const { world, report } = await invokeAfterGrace((one) => one.intercept(instead(/^iam/, timeout)));
    expect(report).toMatchObject({ outcome: 'postponed' });
    expect(world.events).toEqual([]);
  });
});
