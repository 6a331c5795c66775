import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import type { Outcome, Rotation } from '../../../functions/credential/outcome.ts';
import { METRICS, meterCredential } from '../../../functions/lambda/metrics.ts';
import { logger, observed } from '../../../functions/lambda/observed.ts';
import { recordRetire, recordRotation } from '../../../functions/lambda/telemetry.ts';

const CONTEXT = {
  functionName: 'rotate',
  functionVersion: '1',
  invokedFunctionArn: 'arn:rotate',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 1000,
} as unknown as Context;

/** With the namespace that the stack sets. */
const TELEMETRY = { logger, metrics: new Metrics({ namespace: 'ClientSecretRotation' }) };

let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  const keep = (text: unknown) => {
    for (const line of String(text).split('\n').filter(Boolean)) lines.push(parsed(line));
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep as never);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    jest.spyOn(console, method).mockImplementation(keep);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A console drops what a stream throws: a line that is no JSON has to be kept as well. */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { line };
  }
}

function rotation(outcome: Outcome): Rotation {
  return {
    rotationId: 'v1',
    credential: 'acme-prod',
    trigger: 'schedule',
    outcome,
    strategy: 'dual-secret',
    startedAt: '2026-03-01T03:00:00.000Z',
    endedAt: '2026-03-01T03:00:01.000Z',
    durationMs: 1000,
    steps: [],
    previousValidUntil: null,
    nothingChanged: false,
    repeatAt: null,
    connectors: [],
  };
}

/** Runs a handler, and tells its log lines and the metrics that it counted. */
async function run(handle: () => Promise<unknown>): Promise<{ logs: typeof lines; metrics: Record<string, unknown> }> {
  await observed(handle, TELEMETRY)({ clientSecret: 'not-to-be-told' }, CONTEXT).catch(() => undefined);
  const metrics = lines.filter((line) => '_aws' in line);
  return { logs: lines.filter((line) => !('_aws' in line)), metrics: Object.assign({}, ...metrics) };
}

describe('a rotation', () => {
  it.each([
    ['rotated', 'INFO', ['RotationSucceeded']],
    ['adopted', 'INFO', ['RotationSucceeded']],
    ['awaiting-person', 'INFO', []],
    ['repaired', 'INFO', ['RotationSucceeded']],
    ['unchanged', 'INFO', []],
    ['rolled-back', 'ERROR', ['RolledBack']],
    ['refused', 'ERROR', ['RotationFailed']],
    ['stored-not-applied', 'ERROR', ['StoredNotApplied']],
    ['interrupted', 'ERROR', ['Interrupted']],
  ] as const)('that ended %s is one line of level %s, and counts once: %j', async (outcome, level, counted) => {
    const { logs, metrics } = await run(async () => recordRotation(rotation(outcome), TELEMETRY));
    expect(logs).toEqual([expect.objectContaining({ level, rotation: rotation(outcome) })]);
    const ends = ['RotationSucceeded', 'RotationFailed', 'RolledBack', 'StoredNotApplied', 'Interrupted'];
    expect(ends.filter((name) => name in metrics)).toEqual(counted);
    expect(metrics).toMatchObject({ RotationDuration: 1000 });
  });

  it('that ended awaiting-person is a failure once the secret is too old', async () => {
    const late = {
      ...rotation('awaiting-person'),
      failure: { code: 'awaiting-person', detail: 'd', next: 'n' },
    } as const;
    const { logs, metrics } = await run(async () => recordRotation(late, TELEMETRY));
    expect(logs).toEqual([expect.objectContaining({ level: 'ERROR', message: 'rotation awaiting-person' })]);
    expect(metrics).toMatchObject({ RotationFailed: 1 });
  });
});

describe('a rotation that did its work', () => {
  it('is a failure all the same, where it left something to do', async () => {
    const failure = { code: 'events-unavailable', detail: 'd', next: 'n' } as const;
    const { metrics } = await run(async () => recordRotation({ ...rotation('rotated'), failure }, TELEMETRY));
    expect(metrics).toMatchObject({ RotationFailed: 1 });
    expect(metrics).not.toHaveProperty('RotationSucceeded');
  });

  it.each([
    ['rotated', 0],
    ['adopted', undefined],
    ['refused', undefined],
  ] as const)('tells the age of the new secret: %s', async (outcome, days) => {
    const { metrics } = await run(async () => recordRotation(rotation(outcome), TELEMETRY));
    expect(metrics.DaysSinceRotation).toBe(days);
  });
});

describe('metrics', () => {
  const dimensions = (metrics: Record<string, unknown>) =>
    (metrics._aws as { CloudWatchMetrics: { Dimensions: string[][] }[] }).CloudWatchMetrics.map(
      ({ Dimensions }) => Dimensions,
    );

  it('count for the stack, and on demand for the credential as well', async () => {
    const stack = await run(async () => recordRotation(rotation('rotated'), TELEMETRY));
    expect(dimensions(stack.metrics)).toEqual([[['service']]]);
    lines = [];
    const both = await run(async () => {
      meterCredential('acme-prod', TELEMETRY);
      recordRotation(rotation('rotated'), TELEMETRY);
    });
    expect(dimensions(both.metrics)).toEqual([[['service'], ['service', 'credential']]]);
    expect(both.metrics).toMatchObject({ credential: 'acme-prod', RotationSucceeded: 1 });
  });

  it('of an invocation that counted nothing leave no credential to the next one', async () => {
    await run(async () => meterCredential('acme-prod', TELEMETRY));
    const { metrics } = await run(async () => recordRotation(rotation('rotated'), TELEMETRY));
    expect(dimensions(metrics)).toEqual([[['service']]]);
  });

  it('are in the table of docs/operations.md, word for word, and no others', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z][A-Za-z]+)` \| (\w+) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(Object.entries(METRICS).map(([name, { unit, counts }]) => [name, unit, counts]));
  });
});

describe('the tasks of a rotation', () => {
  const task = (versionId: string, overdue: boolean) =>
    ({ kind: 'enter-secret', connector: 'IFS', versionId, dueAt: '2026-03-04T03:00:00.000Z', overdue }) as const;
  const withTasks = (...tasks: ReturnType<typeof task>[]) => ({ ...rotation('rotated'), tasks });

  it('are counted, and one that is overdue has a line of its own', async () => {
    const report = withTasks(task('v1', false), task('v2', true), task('v3', true));
    const { logs, metrics } = await run(async () => recordRotation(report, TELEMETRY));
    expect(metrics).toMatchObject({ TasksOpen: 3, TasksOverdue: 2 });
    expect(metrics).not.toHaveProperty('RotationFailed');
    expect(logs).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'rotation rotated' }),
      expect.objectContaining({
        level: 'WARN',
        message: 'task overdue',
        credential: 'acme-prod',
        task: task('v2', true),
      }),
      expect.objectContaining({
        level: 'WARN',
        message: 'task overdue',
        credential: 'acme-prod',
        task: task('v3', true),
      }),
    ]);
  });

  it('that are not overdue count as none that is: the alarm is over', async () => {
    const { metrics } = await run(async () => recordRotation(withTasks(task('v1', false)), TELEMETRY));
    expect(metrics).toMatchObject({ TasksOpen: 1, TasksOverdue: 0 });
  });

  it('are not counted where people are asked nothing', async () => {
    const { metrics } = await run(async () => recordRotation(rotation('rotated'), TELEMETRY));
    expect(Object.keys(metrics)).not.toEqual(expect.arrayContaining([expect.stringContaining('Tasks')]));
  });
});

describe('a retire', () => {
  const failure = { code: 'retire-failed', detail: 'd', next: 'n' } as const;

  it.each([
    ['retired', undefined, 'INFO', false],
    ['unchanged', undefined, 'INFO', false],
    ['postponed', failure, 'ERROR', true],
    // A task was opened: it is told of when it is overdue.
    ['postponed', { ...failure, code: 'awaiting-person' }, 'INFO', false],
  ] as const)('that ended %s', async (outcome, fault, level, counted) => {
    const report = {
      credential: 'acme-prod',
      versionId: 'v',
      outcome,
      steps: [],
      ...(fault ? { failure: fault } : {}),
    };
    const { logs, metrics } = await run(async () => recordRetire(report, TELEMETRY));
    expect(logs).toEqual([expect.objectContaining({ level })]);
    expect('RetirePostponed' in metrics).toBe(counted);
  });
});

describe('a chain', () => {
  it.each([
    ['ends well', async () => {}],
    ['fails', async () => Promise.reject(new Error('too bad'))],
  ])('says nothing of metrics when nothing was counted: it %s', async (_what, handle) => {
    await run(handle);
    expect(lines).toEqual([]);
  });

  it('publishes what was counted before it failed', async () => {
    const { metrics } = await run(async () => {
      recordRotation(rotation('interrupted'), TELEMETRY);
      throw new Error('too bad');
    });
    expect(metrics).toMatchObject({ Interrupted: 1 });
  });

  it('never logs the event', async () => {
    await run(async () => logger.info('here'));
    expect(JSON.stringify(lines)).not.toContain('not-to-be-told');
    expect(lines).toEqual([expect.objectContaining({ message: 'here', function_request_id: 'request-1' })]);
  });

  it('forgets what an earlier invocation knew', async () => {
    await run(async () => logger.appendKeys({ credential: 'acme-prod' }));
    lines = [];
    await run(async () => logger.info('here'));
    expect(lines[0]).not.toHaveProperty('credential');
  });

  it('lets an error through, so that Lambda tries again', async () => {
    const failing = observed(async () => {
      throw new Error('too bad');
    }, TELEMETRY);
    await expect(failing({}, CONTEXT)).rejects.toThrow('too bad');
  });
});
