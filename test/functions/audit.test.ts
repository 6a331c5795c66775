import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createAuditHandler } from '../../functions/audit.ts';
import { RotationError } from '../../functions/credential/errors.ts';
import type { PublishedEvent } from '../../functions/credential/published/vocabulary.ts';
import type { DeployedAudit } from '../../functions/lambda/compose/audit.ts';
import { auditOf } from '../support/audits.ts';
import { instead, timeout } from '../support/faults.ts';
import { createWorld, FIRST_SECRET, type TestWorld, TIMING } from '../support/world.ts';

const EVENT = { trigger: 'audit', scheduledTime: '2026-03-01T04:00:00Z', id: 'acme-prod' };

/** The function as it is deployed, over a world; what it measured, logged and published. */
function functionOver(world: TestWorld, environment: Partial<DeployedAudit['environment']> = {}) {
  const metrics = new Metrics({ namespace: 'test', serviceName: 'csr' });
  const measured: string[] = [];
  jest.spyOn(metrics, 'addMetric').mockImplementation((name, _unit, value) => {
    measured.push(`${name} ${value}`);
    return metrics;
  });
  const single = new Metrics({ namespace: 'test', serviceName: 'csr' });
  const dimensions = jest.spyOn(single, 'addDimension').mockReturnValue(single);
  jest.spyOn(single, 'addMetric').mockImplementation((name) => {
    measured.push(`${name} of ${dimensions.mock.lastCall?.[1]}`);
    return single;
  });
  jest.spyOn(metrics, 'singleMetric').mockReturnValue(single);
  const logger = new Logger({ logLevel: 'SILENT' });
  const logged: string[] = [];
  for (const level of ['info', 'warn', 'error'] as const)
    jest.spyOn(logger, level).mockImplementation((message, ...more) => {
      logged.push(`${level} ${message} ${JSON.stringify(more)}`);
    });
  const { watch, records } = auditOf(world);
  const deployed = {
    environment: { PREFIX: 'csr', local: false, timing: TIMING, ...environment } as DeployedAudit['environment'],
    world: world.world,
    aws: {},
    watch,
    records,
  };
  const handler = createAuditHandler(() => deployed, { logger, metrics });
  const context = { functionName: 'audit', getRemainingTimeInMillis: () => 840_000 } as unknown as Context;
  return {
    audit: async (event: object = EVENT) => await handler(event, context),
    measured,
    logged,
    /** Of the events, what tells them apart. */
    published: () => world.events.map(({ detailType, detail }: PublishedEvent) => ({ detailType, ...detail })),
  };
}

describe('an audit', () => {
  it('tells that it was, and how old the secret is', async () => {
    const world = createWorld();
    const { audit, measured, published } = functionOver(world);
    await audit();
    expect(measured).toEqual([
      expect.stringMatching(/^DaysSinceRotation 0\.04/),
      'CredentialsAudited 1',
      'AuditCompleted 1',
    ]);
    expect(published()).toMatchObject([{ detailType: 'Audit Completed', audited: 1, failed: 0, findings: {} }]);
  });

  it('tells each new finding in the log, in a metric and in an event, and what is known in the log alone', async () => {
    const world = createWorld();
    const { audit, measured, logged, published } = functionOver(world);
    world.enter('entered-by-hand');
    await audit();
    expect(logged[0]).toMatch(/^warn finding connector-differs .*"credential":"acme-prod".*"about":"ifs-1"/);
    expect(measured).toContain('DriftFound 1');
    expect(published()).toMatchObject([
      { detailType: 'Drift Detected', credential: 'acme-prod', kind: 'connector-differs', about: 'ifs-1' },
      { detailType: 'Audit Completed', findings: { 'connector-differs': 1 } },
    ]);
    measured.splice(0);
    logged.splice(0);
    await audit();
    expect(logged[0]).toMatch(/^info finding connector-differs/);
    expect(measured).not.toContain('DriftFound 1');
    expect(JSON.stringify([logged, published()])).not.toMatch(`entered-by-hand|${FIRST_SECRET}`);
  });

  it('says which secret expires, when, and in how many days', async () => {
    const world = createWorld({ overlap: true });
    await world.rotate();
    world.events.splice(0);
    // Ten years after a write of ours, less 20 days and an hour.
    world.advance(3652 * 86_400_000 - (20 * 24 + 1) * 3_600_000);
    const { audit, measured, published } = functionOver(world);
    await audit();
    const event = published().find(({ detailType }) => detailType === 'Expiry Near');
    expect(event).toMatchObject({ credential: 'acme-prod', which: 'current' });
    expect((event as unknown as { days: number }).days).toBeGreaterThan(15);
    expect((event as unknown as { days: number }).days).toBeLessThan(25);
    expect(measured).toContain('ExpiryNear 1');
    expect(measured).toContain('TooOld 1');
  });

  it('counts one outage of an IAM, and no drift', async () => {
    const world = createWorld();
    world.intercept(instead(/^iam/, timeout));
    const { audit, measured } = functionOver(world);
    await audit();
    await audit();
    expect(measured.filter((one) => /SystemUnreadable|DriftFound/.test(one))).toEqual(['SystemUnreadable 1']);
  });

  it('counts for the credential as well, where the deployment asks for it', async () => {
    const world = createWorld();
    world.enter('entered-by-hand');
    const { audit, measured } = functionOver(world, { METRICS_PER_CREDENTIAL: 'true' });
    await audit();
    expect(measured).toEqual(expect.arrayContaining(['DriftFound of acme-prod', 'DaysSinceRotation of acme-prod']));
  });

  it('stands although its end could not be published', async () => {
    const world = createWorld();
    world.intercept(
      instead(/^events/, () => {
        throw new RotationError('events-unavailable', 'down');
      }),
    );
    const { audit, measured } = functionOver(world);
    expect(await audit()).toMatchObject({ audited: 1 });
    expect(measured).toContain('EventMissing 1');
  });

  it('hands over what can be put right only where its event says so', async () => {
    const world = createWorld();
    world.enter('entered-by-hand');
    const { audit, measured } = functionOver(world);
    await audit();
    expect(world.planned).toEqual([]);
    await audit({ ...EVENT, repair: true });
    expect(world.planned).toMatchObject([{ target: 'rotate', event: { repeat: { attempt: 1, due: false } } }]);
    expect(measured).toContain('RepairAsked 1');
  });

  it.each([
    {},
    { ...EVENT, scheduledTime: '<aws.scheduler.scheduled-time>' },
    { ...EVENT, iam: 'https://evil.example' },
  ])('is not begun by %p', async (event) => {
    const world = createWorld();
    await expect(functionOver(world).audit(event)).rejects.toMatchObject({ code: 'settings-invalid' });
    expect(world.calls).toEqual([]);
  });
});
