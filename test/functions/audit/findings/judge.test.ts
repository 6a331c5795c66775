import { describe, expect, it } from '@jest/globals';
import { judge } from '../../../../functions/audit/findings/judge.ts';
import type { Sight } from '../../../../functions/audit/findings/sight.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { FindingKind } from '../../../../functions/credential/published/findings.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import type { PlannedRun } from '../../../../functions/ports/audit/schedule-watch.ts';
import type { Task } from '../../../../functions/ports/tasks.ts';
import {
  atRest,
  clientWith,
  connectorWith,
  iamHolding,
  OBSERVED,
  PENDING,
  REFUSED,
  UNREADABLE,
  uncleared,
} from '../../../support/observations.ts';
import { credentialOf } from '../../../support/parts.ts';
import { IAM_AWAY, scheduledWith, sightWith, unseen } from '../../../support/sights.ts';

const at = (text: string) => new Date(`${text}Z`);

/** What was found, in short. */
const kindsOf = (sight: Sight) => judge(sight).findings.map(({ kind }) => kind);

const unproven = () => {
  const { connector, configuration } = connectorWith('current');
  if (!configuration) throw new Error('it can be read');
  return { connector, configuration: { ...configuration, proof: 'attested' as const } };
};
const withoutSection = {
  connector: UNREADABLE.connector,
  error: new RotationError('section-not-found', 'No section is ours'),
};
const handedOver = () => {
  const { connector, configuration } = connectorWith('former');
  if (!configuration) throw new Error('it can be read');
  return {
    connector,
    configuration: { ...configuration, handedOver: { versionId: 'one', dueAt: at('2026-03-12T00:00:00') } },
  };
};
const plannedRun = (what: PlannedRun['what'], when: string): readonly PlannedRun[] => [
  { name: `acme-prod.${what}.x`, what, at: at(when) },
];
/** A person's task, and how long there is for it. */
const task = (opened: string, due: string): readonly Task[] => [
  { kind: 'enter-secret', connector: 'desk', versionId: 'one', openedAt: at(opened), dueAt: at(due), announced: 1 },
];
const lasting = (secretExpiresAt: Date) => atRest({ clientInUse: clientWith('current', { secretExpiresAt }) });
const keeping = (validUntil: Date, connectors = [connectorWith('former')]) =>
  atRest({ ...iamHolding('current', { previous: { secret: new Secret('former'), validUntil } }), connectors });
const aged = (maxAge: string) => sightWith({ credential: credentialOf(['ifs'], { maxAge }) });
const manual = { name: 'desk', via: 'manual' };
/** A run was left unfinished, and no repeat is planned. */
const LEFT = ['pending-left', 'repeat-overdue'] as const;

describe('what an audit finds', () => {
  it.each<[string, Sight, readonly FindingKind[]]>([
    ['nothing at rest', sightWith(), []],
    ['nothing of a credential that has not had its first run', sightWith({ labels: { versions: [] } }), []],

    // Does the current secret get a token?
    ['a secret that the IAM refuses', sightWith({ answer: REFUSED }), ['secret-refused']],
    [
      'the same in a probe',
      unseen(sightWith({ answer: REFUSED }), 'seen', 'endedWorks', 'planned'),
      ['secret-refused'],
    ],
    ['nothing of a refusal while a run is at work', sightWith({ answer: REFUSED, undisturbed: false }), []],
    [
      'no wrong secret where the client as such is refused',
      sightWith({
        answer: { accepted: false, error: 'client-not-usable', description: 'off' },
        seen: atRest(iamHolding('current', { fault: 'service accounts are off' })),
      }),
      ['client-unusable'],
    ],

    // Does the IAM hold something else?
    ['another secret in the IAM', sightWith({ seen: atRest(iamHolding('by-hand')) }), ['iam-differs']],
    [
      'nothing of it while a run is at work',
      sightWith({ seen: atRest(iamHolding('by-hand')), undisturbed: false }),
      [],
    ],
    ["an IAM that holds an unfinished run's candidate", sightWith({ seen: OBSERVED['candidate-set'] }), LEFT],
    [
      'an IAM that holds what an unfinished run had it make',
      sightWith({ seen: OBSERVED['regenerated-unstored'] }),
      LEFT,
    ],
    [
      'an IAM that nobody can read, and that accepts none',
      sightWith({ seen: atRest({ ...iamHolding(''), answer: REFUSED }) }),
      [],
    ],
    [
      'a secret that a person has submitted',
      sightWith({ seen: atRest({ ...iamHolding('new'), submission: { acceptedFor: 'NC_Flow' } as never }) }),
      [],
    ],

    // Does every connector hold it, by the proof that counts?
    ['a connector with another secret', sightWith({ seen: OBSERVED['connector-differs'] }), ['connector-differs']],
    [
      'one section with another secret',
      sightWith({ seen: atRest({ connectors: [connectorWith('current', 'old')] }) }),
      ['connector-differs'],
    ],
    [
      'a connector without a section of ours',
      sightWith({ seen: atRest({ connectors: [withoutSection] }) }),
      ['connector-differs'],
    ],
    [
      'a connector that is only said to hold it',
      sightWith({ seen: atRest({ connectors: [unproven()] }) }),
      ['connector-unproven'],
    ],
    ['nothing of a connector that waits for a person', sightWith({ seen: atRest({ connectors: [handedOver()] }) }), []],
    ['nothing of a connector that cannot be read', sightWith({ seen: atRest({ connectors: [UNREADABLE] }) }), []],
    [
      "nothing of a connector that holds an unfinished run's candidate",
      sightWith({ seen: atRest({ pending: PENDING.candidate, connectors: [connectorWith('candidate')] }) }),
      LEFT,
    ],

    // Does an ended secret still work?
    [
      'a secret that outlives its grace, and that nothing will end',
      sightWith({ endedWorks: true }),
      ['ended-secret-works', 'retire-overdue'],
    ],
    [
      'one that a postponed retire will end',
      sightWith({ endedWorks: true, planned: plannedRun('retire', '2026-03-10T12:30:00') }),
      ['ended-secret-works'],
    ],
    ['nothing of one whose grace runs', unseen(sightWith(), 'endedWorks'), []],

    // Was a run left unfinished?
    ['an AWSPENDING older than a lease', sightWith({ seen: uncleared() }), LEFT],
    [
      'the same, with a repeat to come',
      sightWith({ seen: uncleared(), planned: plannedRun('repeat', '2026-03-10T12:40:00') }),
      ['pending-left'],
    ],
    [
      'nothing of one within its lease',
      sightWith({ seen: atRest({ pending: { ...PENDING.candidate, createdAt: at('2026-03-10T11:58:20.001') } }) }),
      [],
    ],
    [
      'one whose lease has just ended',
      sightWith({ seen: atRest({ pending: { ...PENDING.candidate, createdAt: at('2026-03-10T11:58:20.000') } }) }),
      LEFT,
    ],

    // Age: created on 2026-03-01T03:00Z, so 9 days and 9 hours old.
    ['a secret beyond maxAge', aged('P9D'), ['too-old']],
    ['nothing the day before', aged('P10D'), []],
    ['an age of exactly maxAge', aged('P9DT9H'), ['too-old']],

    // The expiry cliff: 30 days for the current secret, 2 for a previous one in use.
    [
      'a current secret that expires in 30 days',
      sightWith({ seen: lasting(at('2026-04-09T12:00:00')) }),
      ['expiry-near'],
    ],
    ['nothing of one that expires a second later', sightWith({ seen: lasting(at('2026-04-09T12:00:01')) }), []],
    ['one that has expired', sightWith({ seen: lasting(at('2026-03-10T11:00:00')) }), ['expiry-near']],
    [
      'a previous secret in use that ends in two days',
      sightWith({ seen: keeping(at('2026-03-12T12:00:00')) }),
      ['connector-differs', 'expiry-near'],
    ],
    [
      'nothing of one that ends a second later',
      sightWith({ seen: keeping(at('2026-03-12T12:00:01')) }),
      ['connector-differs'],
    ],
    [
      'nothing of one that no connector uses',
      sightWith({ seen: keeping(at('2026-03-11T00:00:00'), [connectorWith('current')]) }),
      [],
    ],
    [
      'a previous secret that ends before the grace that was promised',
      // Promoted on the 1st at 3:00: ten days of grace end on the 11th at 3:00.
      sightWith({
        credential: credentialOf(['ifs'], { grace: 'P10D' }),
        seen: keeping(at('2026-03-11T02:58:59'), [connectorWith('current')]),
      }),
      ['expiry-near'],
    ],
    [
      'nothing of one that ends a minute before, which clocks may differ by',
      sightWith({
        credential: credentialOf(['ifs'], { grace: 'P10D' }),
        seen: keeping(at('2026-03-11T02:59:00'), [connectorWith('current')]),
      }),
      [],
    ],

    // What was planned and has not come, 20 minutes and a bit after its time.
    [
      'a retire that has not come',
      sightWith({ planned: plannedRun('retire', '2026-03-10T11:39:59') }),
      ['retire-overdue'],
    ],
    ['nothing of one that may still come', sightWith({ planned: plannedRun('retire', '2026-03-10T11:40:00') }), []],
    [
      'a repeat that has not come',
      sightWith({ planned: plannedRun('repeat', '2026-03-10T11:39:59') }),
      ['repeat-overdue'],
    ],
    [
      'a reminder that has not come',
      sightWith({ planned: plannedRun('reminder', '2026-03-10T11:39:59') }),
      ['repeat-overdue'],
    ],
    [
      'nothing of a repeat that may still come',
      sightWith({ planned: plannedRun('repeat', '2026-03-10T11:40:00') }),
      [],
    ],

    // The schedule: Sundays at 3; the last one was the 8th.
    ['a Sunday without a run', sightWith({ lastRunAt: at('2026-03-01T03:00:00') }), ['schedule-missed']],
    ['a schedule of which no run is known', sightWith({ lastRunAt: 'never' }), ['schedule-missed']],
    ['nothing where the ledger could not be asked', unseen(sightWith(), 'lastRunAt'), []],
    [
      'nothing where somebody has rotated since',
      sightWith({
        lastRunAt: 'never',
        labels: { versions: [], current: { id: 'x', stages: [], createdAt: at('2026-03-08T04:00:00') } },
      }),
      [],
    ],
    [
      'nothing of a schedule that was changed since',
      scheduledWith({ changedAt: at('2026-03-08T03:00:01') }, { lastRunAt: 'never' }),
      [],
    ],
    ['a run 20 minutes late', scheduledWith({ expression: 'cron(40 11 10 3 ? *)' }), ['schedule-missed']],
    ['nothing of a run 19 minutes late', scheduledWith({ expression: 'cron(41 11 10 3 ? *)' }), []],
    [
      'nothing of a run whose window is open',
      scheduledWith({ expression: 'cron(40 11 10 3 ? *)', windowMs: 60_000 }),
      [],
    ],
    [
      'a rate whose interval is over',
      scheduledWith({ expression: 'rate(7 days)' }, { lastRunAt: at('2026-03-03T11:40:00') }),
      ['schedule-missed'],
    ],
    [
      'nothing of a rate, wherever its steps began',
      scheduledWith({ expression: 'rate(7 days)' }, { lastRunAt: at('2026-03-03T11:41:00') }),
      [],
    ],
    [
      'a time in the zone of the schedule',
      scheduledWith({ expression: 'cron(30 12 10 3 ? *)', timezone: 'Europe/Stockholm' }),
      ['schedule-missed'],
    ],
    [
      'a schedule that is off, which misses nothing',
      scheduledWith({ enabled: false }, { lastRunAt: 'never' }),
      ['schedule-disabled'],
    ],
    [
      'nothing of one that has to be off: a schedule would cut a manual connector off',
      scheduledWith(
        { enabled: false },
        { credential: credentialOf([], { strategy: 'in-place', connectors: [manual] }) },
      ),
      [],
    ],
    ['a year that is over', scheduledWith({ expression: 'cron(0 3 ? * SUN 2025)' }), ['schedule-ends']],
    [
      'a last run within 30 days',
      scheduledWith({ expression: 'cron(0 3 9 4 ? 2026)' }, { lastRunAt: at('2026-03-10T03:00:00') }),
      ['schedule-ends'],
    ],
    [
      'nothing of a last run later than that',
      scheduledWith({ expression: 'cron(0 13 9 4 ? 2026)' }, { lastRunAt: at('2026-03-10T03:00:00') }),
      [],
    ],
    ['an end of the schedule within 30 days', scheduledWith({ endsAt: at('2026-04-01T00:00:00') }), ['schedule-ends']],
    ['nothing of a zone that is not known here', scheduledWith({ timezone: 'Mars/X' }), []],
    ['nothing of an expression that is not read here', scheduledWith({ expression: 'cron(every day)' }), []],

    // A person's time: half of it is over at noon of the 10th.
    [
      'a task past half of its time',
      sightWith({ tasks: task('2026-03-09T12:00:00', '2026-03-11T12:00:00') }),
      ['task-late'],
    ],
    ['nothing of one before that', sightWith({ tasks: task('2026-03-09T12:00:00', '2026-03-11T12:00:02') }), []],
    ['a task that is overdue', sightWith({ tasks: task('2026-03-01T12:00:00', '2026-03-09T12:00:00') }), ['task-late']],

    // What could not be read is never a wrong secret.
    ['an IAM that is away', unseen(sightWith({ unread: [IAM_AWAY] }), 'seen', 'answer'), ['unreadable']],
    [
      'an agent that does not reply',
      sightWith({
        unread: [{ system: 'agent', host: 'acme-flow01', away: true, code: 'connector-timeout', detail: 'no reply' }],
      }),
      ['agent-silent'],
    ],
    [
      'an agent that refuses',
      sightWith({
        unread: [{ system: 'agent', host: 'acme-flow01', away: false, code: 'connector-unauthorized', detail: 'no' }],
      }),
      ['unreadable'],
    ],
    [
      'a value that is not ours',
      sightWith({ wrong: [{ kind: 'value-invalid', detail: 'no document' }] }),
      ['value-invalid'],
    ],
  ])('%s', (_what, sight, kinds) => {
    expect(kindsOf(sight)).toEqual(kinds);
  });
});

describe('a finding', () => {
  it('says since when, where the thing itself tells', () => {
    const sight = sightWith({
      credential: credentialOf(['ifs'], { maxAge: 'P2D' }),
      lastRunAt: at('2026-03-01T03:00:00'),
      tasks: task('2026-03-09T06:00:00', '2026-03-10T06:00:00'),
    });
    expect(judge(sight).findings).toEqual([
      {
        kind: 'too-old',
        since: at('2026-03-03T03:00:00'),
        detail: 'The secret is 9 days old, and maxAge is P2D',
      },
      {
        kind: 'schedule-missed',
        since: at('2026-03-08T03:00:00'),
        detail: 'A run was due at 2026-03-08T03:00:00.000Z, and none is recorded',
      },
      {
        kind: 'task-late',
        about: 'enter-secret desk',
        since: at('2026-03-09T18:00:00'),
        detail: 'enter-secret desk: overdue since 2026-03-10T06:00:00.000Z',
      },
    ]);
  });

  it('says which secret expires, and when', () => {
    const expiresAt = at('2026-03-20T00:00:00');
    expect(judge(sightWith({ seen: lasting(expiresAt) })).findings).toMatchObject([
      { kind: 'expiry-near', about: 'current', expiresAt },
    ]);
  });

  it('names what it is about, where there may be several', () => {
    const connectors = [connectorWith('old'), connectorWith('current')];
    expect(judge(sightWith({ seen: atRest({ connectors }) })).findings).toEqual([
      { kind: 'connector-differs', about: 'ifs', detail: 'ifs holds another secret than the current one' },
    ]);
  });

  it('holds no secret', () => {
    const seen = atRest({ ...iamHolding('held-by-the-iam'), connectors: [connectorWith('held-by-the-connector')] });
    const told = JSON.stringify(judge(sightWith({ seen })).findings);
    expect(told).toContain('iam-differs');
    expect(told).not.toMatch(/held-by/);
  });
});

describe('what an audit can tell', () => {
  const finding = (kind: FindingKind) => ({ kind, detail: '' });

  it.each<[string, Sight, FindingKind, boolean]>([
    ['a whole look tells of the IAM', sightWith(), 'iam-differs', true],
    ['a probe does not', unseen(sightWith(), 'seen'), 'iam-differs', false],
    ['a probe tells whether the secret is accepted', unseen(sightWith(), 'seen'), 'secret-refused', true],
    ['an IAM that is away tells nothing of the secret', unseen(sightWith(), 'seen', 'answer'), 'secret-refused', false],
    ['a run at work hides whether a connector differs', sightWith({ undisturbed: false }), 'connector-differs', false],
    ['labels tell of the age', unseen(sightWith(), 'seen', 'answer'), 'too-old', true],
    ['without labels nobody knows the age', unseen(sightWith(), 'seen', 'answer', 'labels'), 'too-old', false],
    ['settings that can be read are valid', unseen(sightWith(), 'seen', 'answer', 'labels'), 'settings-invalid', true],
  ])('%s', (_what, sight, kind, told) => {
    expect(judge(sight).tells(finding(kind))).toBe(told);
  });

  it('is of a system only what it was asked', () => {
    const { host, ...system } = IAM_AWAY;
    const unreadable = { ...finding('unreadable'), system: { ...system, host } };
    expect(judge(sightWith()).tells(unreadable)).toBe(true);
    expect(judge(unseen(sightWith(), 'answer', 'seen')).tells(unreadable)).toBe(false);
    // Before the first run no secret is tried, and the client was read.
    expect(judge(unseen(sightWith(), 'answer')).tells(unreadable)).toBe(true);
  });
});
