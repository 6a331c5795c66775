import { describe, expect, it } from '@jest/globals';
import type { Credential, Listed } from '../../../../../cli/console/page/model/answers.ts';
import { filtered, NO_FILTER, rowsOf } from '../../../../../cli/console/page/model/fleet.ts';
import { placedMarks, ticksOf } from '../../../../../cli/console/page/model/layout.ts';
import { nextRun } from '../../../../../cli/console/page/model/next-run.ts';
import { type Standing, standingOf } from '../../../../../cli/console/page/model/standing.ts';
import { credentialWith as credential } from './credential-with.ts';

const NOW = Date.parse('2026-03-08T03:00:00Z');

type LastRun = NonNullable<Credential['lastRun']>;
const ended: LastRun = {
  requestId: 'r-1',
  kind: 'rotation',
  status: 'ended',
  requestedAt: '2026-03-08T02:59:00.000Z',
  outcome: 'rotated',
};
const failure = (code: string) => ({ code, detail: '', next: '' }) as NonNullable<LastRun['failure']>;
const task = {
  kind: 'enter-secret',
  connector: 'By hand',
  versionId: 'v2',
  dueAt: '2026-03-09T00:00:00Z',
  overdue: false,
} as const;
const finding = { kind: 'too-old', title: '', detail: '', since: '', next: '' } as const;
const problem = { code: 'settings-invalid', title: '', detail: '', next: '' } as const;

const CASES: readonly (readonly [Standing, Listed])[] = [
  ['unreadable', { id: 'x', problem }],
  ['failed', credential({ lastRun: { ...ended, outcome: 'rolled-back', failure: failure('connector-timeout') } })],
  ['failed', credential({ lastRun: { ...ended, outcome: null, failure: failure('iam-unavailable') } })],
  ['no-end', credential({ lastRun: { ...ended, status: 'unknown', outcome: null } })],
  ['task-overdue', credential({ tasks: [{ ...task, overdue: true }] })],
  ['too-old', credential({ maxAge: 'P5D' })],
  ['findings', credential({ findings: [finding] })],
  ['unfinished', credential({ pending: true })],
  ['for-person', credential({ tasks: [task], pending: true })],
  ['running', credential({ pending: true, lastRun: { ...ended, status: 'running', outcome: null } })],
  ['paused', credential({ schedule: { expression: 'rate(1 day)', timezone: 'UTC', state: 'DISABLED' } })],
  ['new', credential({ versionId: null, rotatedAt: null, ageDays: null })],
  ['in-order', credential({ lastRun: { ...ended, outcome: null, failure: failure('too-soon') } })],
  ['in-order', credential({ findings: null })],
  ['in-order', credential()],
];

describe('how a credential stands', () => {
  it.each(CASES)('%s', (standing, one) => {
    expect(standingOf(one, NOW)).toBe(standing);
  });
});

describe('the fleet', () => {
  const listed: Listed[] = CASES.map(([standing, one], index) => ({ ...one, id: `${standing}-${index}` }));

  it('shows what needs a person first', () => {
    const order = rowsOf(listed, NOW).map(({ standing }) => standing);
    expect([...new Set(order)]).toEqual([
      'unreadable',
      'failed',
      'no-end',
      'task-overdue',
      'too-old',
      'findings',
      'unfinished',
      'for-person',
      'running',
      'paused',
      'new',
      'in-order',
    ]);
  });

  it('is searched by all words, in the id, the Client ID and the connectors', () => {
    const rows = rowsOf([credential(), credential({ id: 'globex-test', clientId: ['One', 'Two'] })], NOW);
    const found = (text: string) => filtered(rows, { ...NO_FILTER, text }).map(({ one }) => one.id);
    expect(found('acme')).toEqual(['acme-prod']);
    expect(found('ifs TWO')).toEqual(['globex-test']);
    expect(found(' ')).toHaveLength(2);
    expect(found('acme two')).toEqual([]);
  });

  it('is filtered by door and strategy, which an unreadable one has not', () => {
    const byHand = credential({ id: 'by-hand', strategy: 'in-place', iam: 'manual' });
    const rows = rowsOf([credential(), byHand, { id: 'x', problem }], NOW);
    const found = (part: object) => filtered(rows, { ...NO_FILTER, ...part }).map(({ one }) => one.id);
    expect(found({ door: 'manual' })).toEqual(['by-hand']);
    expect(found({ strategy: 'auto' })).toEqual(['acme-prod']);
    expect(found({ standing: 'unreadable' })).toEqual(['x']);
  });
});

describe('the next run', () => {
  const at = (expression: string, timezone: string, now = '2026-03-08T03:00:00Z') => {
    const next = nextRun({ expression, timezone, state: 'ENABLED' }, Date.parse(now));
    return next.kind === 'at' ? new Date(next.at).toISOString() : next;
  };

  it('is counted by the clock of its zone', () => {
    expect(at('cron(0 3 ? * SUN *)', 'Europe/Stockholm')).toBe('2026-03-15T02:00:00.000Z');
    expect(at('cron(0 3 ? * SUN *)', 'America/New_York')).toBe('2026-03-08T07:00:00.000Z');
  });

  it('knows of summer time, and passes over a time that it skips', () => {
    expect(at('cron(0 3 ? * SUN *)', 'Europe/Stockholm', '2026-03-29T12:00:00Z')).toBe('2026-04-05T01:00:00.000Z');
    expect(at('cron(30 2 ? * SUN *)', 'Europe/Stockholm', '2026-03-28T12:00:00Z')).toBe('2026-04-05T00:30:00.000Z');
  });

  it('of a rate is not guessed', () => {
    expect(at('rate(30 days)', 'UTC')).toEqual({ kind: 'every', ms: 30 * 86_400_000 });
  });

  it('is none where there is none, or where nobody can tell', () => {
    expect(at('cron(0 3 1 1 ? 2020)', 'UTC')).toEqual({ kind: 'never' });
    expect(at('cron(0 3 1 1 ? *)', 'Mars/Olympus')).toEqual({ kind: 'never' });
    const paused = { expression: 'rate(1 day)', timezone: 'UTC', state: 'DISABLED' } as const;
    expect(nextRun(paused, NOW)).toEqual({ kind: 'paused' });
  });
});

describe('the axis', () => {
  it('has few round points', () => {
    const { step, at } = ticksOf(NOW, NOW + 10 * 86_400_000, 6);
    expect([step, at.length, at.every((time) => time % step === 0)]).toEqual([2 * 86_400_000, 5, true]);
  });

  it('puts marks that are near each other into rows', () => {
    const marks = [
      { at: 95, text: 'next run' },
      { at: 97, text: 'grace ends' },
    ];
    const line = { from: 0, to: 100, now: 50, lanes: [], marks };
    expect(placedMarks(line, (time) => time, 10).map(({ text, row }) => [text, row])).toEqual([
      ['now', 0],
      ['next run', 0],
      ['grace ends', 1],
    ]);
  });
});
