import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { MetricName } from '../../functions/lambda/metrics.ts';
import type { FunctionName } from '../service/names.ts';
import { ownMetric, SUM } from './own-metric.ts';

/** Everything that an alarm is made of. */
export interface AlarmEntry {
  /** The alarm is called `<prefix>-<name>`. */
  readonly name: string;
  readonly metric: IMetric;
  /** What is wrong, and how bad that is. */
  readonly what: string;
  /** What to do first. */
  readonly next: string;
  /** The section of `docs/operations.md`, as an anchor. */
  readonly runbook: string;
  /**
   * When it is on: above or below a value in so many periods in a row.
   *
   * @default - above 0 in one period
   */
  readonly on?: { readonly above?: number; readonly below?: number; readonly periods?: number };
  /** Whether it is on where nothing is measured. @default false */
  readonly onSilence?: boolean;
}

/** What is watched beside the functions' own metrics. */
export interface Watched {
  readonly prefix: string;
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly deadLetters: IQueue;
}

/** Each quarter of an hour has its audit. */
const QUARTERS = { ...SUM, period: Duration.minutes(15) };

const WHICH = "The event's message names the credential; `csr list` shows all.";

/** Alarms on the functions' own metrics. */
const OWN: readonly (Omit<AlarmEntry, 'metric'> & { readonly metric: MetricName })[] = [
  {
    name: 'rotation-failed',
    metric: 'RotationFailed',
    what: 'A rotation was refused, or left something to do. The secret in use works as before.',
    next: `Read why: csr history ID. ${WHICH}`,
    runbook: 'a-rotation-failed',
  },
  {
    name: 'rolled-back',
    metric: 'RolledBack',
    what: 'A rotation failed and was undone. The previous secret is in use.',
    next: `Remove the cause: csr history ID. ${WHICH}`,
    runbook: 'rolled-back',
  },
  {
    name: 'stored-not-applied',
    metric: 'StoredNotApplied',
    what: 'ACT NOW: a new secret is in use, but a connector does not hold it yet.',
    next: `Make the connector reachable, then: csr rotate ID. ${WHICH}`,
    runbook: 'stored-not-applied',
  },
  {
    name: 'interrupted',
    metric: 'Interrupted',
    what: 'ACT NOW: a rotation could neither finish nor undo. It is not certain which secret the IAM and the connectors hold.',
    next: `Make the IAM and the connectors reachable, then: csr rotate ID. ${WHICH}`,
    runbook: 'interrupted',
  },
  {
    name: 'retire-postponed',
    metric: 'RetirePostponed',
    what: 'A previous secret lives on after its grace.',
    next: 'See which connector still holds it: csr history ID.',
    runbook: 'retire-was-postponed',
  },
  {
    name: 'task-overdue',
    metric: 'TasksOverdue',
    what: 'A person was asked to do something, and has not done it in time.',
    next: `Do the task, or hand it on: csr status ID. ${WHICH}`,
    runbook: 'overdue-task',
  },
  {
    name: 'ledger-record-missing',
    metric: 'LedgerRecordMissing',
    what: 'A run could not be written to the history. The run stands, its record is missing.',
    next: 'Look at the table and the key; the log has the whole report.',
    runbook: 'a-record-is-missing',
  },
  {
    name: 'event-missing',
    metric: 'EventMissing',
    what: 'An event could not be published, so nobody was told. The run stands.',
    next: 'Look for what it was about: csr list, then csr history ID.',
    runbook: 'an-event-is-missing',
  },
  {
    name: 'drift',
    metric: 'DriftFound',
    what: 'An audit found a secret, a client, a connector or a label that is not as it should be.',
    next: `See what it found: csr status ID. ${WHICH}`,
    runbook: 'drift',
  },
  {
    name: 'expiry-near',
    metric: 'ExpiryNear',
    what: 'The IAM will soon refuse a secret that is in use.',
    next: `Renew it before that: csr rotate ID. ${WHICH}`,
    runbook: 'a-secret-expires-or-is-too-old',
  },
  {
    name: 'too-old',
    metric: 'TooOld',
    what: 'A secret has become older than the maxAge of its settings.',
    next: `Renew it, and see why its schedule did not: csr rotate ID. ${WHICH}`,
    runbook: 'a-secret-expires-or-is-too-old',
  },
  {
    name: 'overdue',
    metric: 'OverdueFound',
    what: 'A run that was planned has not come, or a schedule is off or comes to its end.',
    next: `See which one, and look at the dead letters: csr status ID. ${WHICH}`,
    runbook: 'a-run-has-not-come',
  },
  {
    name: 'task-late',
    metric: 'TasksLate',
    what: 'Half of the time that a person has for a task is over.',
    next: `Remind them, or do it: csr status ID names the task. ${WHICH}`,
    runbook: 'overdue-task',
  },
  {
    name: 'system-unreadable',
    metric: 'SystemUnreadable',
    what: 'Audits cannot ask a system, so nothing is known about what it holds. No secret is wrong by that.',
    next: 'See whether the system that the message names is down, or refuses us.',
    runbook: 'a-system-cannot-be-read',
  },
  {
    name: 'audit-failed',
    metric: 'AuditFailed',
    what: 'An audit could not look at a credential, or could not note what it found.',
    next: 'Read why in the log of the function audit.',
    runbook: 'audits-fail',
  },
];

/** Every alarm that a stack has once. A further one is a further entry. */
export function alarmTable({ prefix, functions, deadLetters }: Watched): readonly AlarmEntry[] {
  return [
    ...OWN.map((entry) => ({ ...entry, metric: ownMetric(entry.metric, prefix) })),
    {
      name: 'dead-letters',
      // What was sent to the queue, not what lies in it: nothing lowers that level, and a second letter would go unheard.
      metric: deadLetters.metricNumberOfMessagesSent(SUM),
      what: 'An event was given up: a run, or a message to you, did not come.',
      next: 'Read the letters, and do the work again.',
      runbook: 'dead-letters',
    },
    {
      name: 'audit-missing',
      metric: ownMetric('AuditCompleted', prefix, QUARTERS),
      what: 'No audit has come to its end for 45 minutes, so nobody looks at the credentials between their rotations.',
      next: 'Look at the log of the function audit and at its schedule.',
      runbook: 'audits-fail',
      on: { below: 1, periods: 3 },
      onSilence: true,
    },
    ...Object.entries(functions).flatMap(([name, one]) => functionAlarms(name, one)),
  ];
}

function functionAlarms(name: string, one: IFunction): AlarmEntry[] {
  return [
    {
      name: `errors-${name}`,
      metric: one.metricErrors(SUM),
      what: `The function ${name} failed. A run by schedule is repeated twice.`,
      next: `Look at the log of ${name} at the time of the alarm.`,
      runbook: 'a-function-failed',
    },
    {
      name: `throttled-${name}`,
      metric: one.metricThrottles(SUM),
      what: `Lambda did not start the function ${name}: too much runs at once in this account.`,
      next: 'See what else runs in the account, and raise its concurrency.',
      runbook: 'throttled',
    },
  ];
}

/**
 * An agent asks for work all the time: nothing received, and nothing asked for, is an agent that is gone. Its queue tells no metric
 * once it is not used any more.
 *
 * @see [Metrics of SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html)
 */
export function agentSilent(name: string, requests: IQueue): AlarmEntry {
  return {
    name: `agent-silent-${name}`,
    metric: requests.metricNumberOfEmptyReceives(SUM),
    what: `The agent ${name} has not asked for work for 15 minutes.`,
    next: 'See whether its program runs, and what its log says.',
    runbook: 'an-agent-is-silent',
    on: { below: 1, periods: 3 },
    onSilence: true,
  };
}
