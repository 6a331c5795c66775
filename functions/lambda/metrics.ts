import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Outcome, RetireReport, Rotation } from '../credential/outcome.ts';
import type { FindingKind } from '../credential/published/findings.ts';

/** Every metric of the functions' own: its unit, and what it counts. `docs/operations.md` has the same table. */
export const METRICS = {
  RotationSucceeded: { unit: MetricUnit.Count, counts: 'rotations that ended `rotated`, `adopted` or `repaired`' },
  RotationFailed: {
    unit: MetricUnit.Count,
    counts: 'rotations that ended `refused`, or that did their work and left something to do',
  },
  RolledBack: { unit: MetricUnit.Count, counts: 'rotations that ended `rolled-back`' },
  StoredNotApplied: { unit: MetricUnit.Count, counts: 'rotations that ended `stored-not-applied`' },
  Interrupted: { unit: MetricUnit.Count, counts: 'rotations that ended `interrupted`' },
  RotationDuration: { unit: MetricUnit.Milliseconds, counts: 'how long a rotation took' },
  DaysSinceRotation: {
    unit: MetricUnit.Count,
    counts: 'age of a current secret in days: 0 by each rotation, and what each audit sees',
  },
  RetirePostponed: { unit: MetricUnit.Count, counts: 'previous secrets that could not be ended yet' },
  TasksOpen: { unit: MetricUnit.Count, counts: 'what people are asked to do about a credential' },
  TasksOverdue: { unit: MetricUnit.Count, counts: 'what of that is overdue' },
  LedgerRecordMissing: { unit: MetricUnit.Count, counts: 'runs that could not be written to the history' },
  EventMissing: { unit: MetricUnit.Count, counts: 'events that could not be published' },
  AuditCompleted: { unit: MetricUnit.Count, counts: 'audits that came to their end' },
  CredentialsAudited: { unit: MetricUnit.Count, counts: 'credentials that audits looked at' },
  AuditFailed: {
    unit: MetricUnit.Count,
    counts: 'credentials that an audit could not look at, or whose findings it could not note',
  },
  DriftFound: {
    unit: MetricUnit.Count,
    counts: 'new findings: a secret, a client, a connector or a label is not as it should be',
  },
  TooOld: { unit: MetricUnit.Count, counts: 'secrets that have become older than `maxAge`' },
  ExpiryNear: {
    unit: MetricUnit.Count,
    counts: 'secrets of which it has become known that the IAM will soon refuse them',
  },
  OverdueFound: { unit: MetricUnit.Count, counts: 'new findings: a planned run has not come, or none will' },
  TasksLate: { unit: MetricUnit.Count, counts: 'tasks of which more than half of the time has passed' },
  SystemUnreadable: {
    unit: MetricUnit.Count,
    counts: 'outages that began: a system that audits could not ask, whatever it hides',
  },
  RepairAsked: { unit: MetricUnit.Count, counts: 'runs that audits have asked to put something right' },
} as const satisfies Record<string, { readonly unit: string; readonly counts: string }>;

export type MetricName = keyof typeof METRICS;

/** What an invocation counts in. */
interface Metering {
  readonly metrics: Metrics;
}

/** Adds to a metric. All that an invocation adds is published at its end. */
export function measure(name: MetricName, value: number, { metrics }: Metering): void {
  metrics.addMetric(name, METRICS[name].unit, value);
}

/**
 * From here on an invocation's metrics are about one credential: they count for the stack, and for the credential as well. Each credential
 * then costs as many metrics as it has.
 */
export function meterCredential(credential: string, { metrics }: Metering): void {
  metrics.addDimensions({});
  metrics.addDimensions({ credential });
}

const COUNTED: Readonly<Record<Outcome, MetricName | undefined>> = {
  rotated: 'RotationSucceeded',
  adopted: 'RotationSucceeded',
  repaired: 'RotationSucceeded',
  unchanged: undefined,
  'awaiting-person': undefined,
  'rolled-back': 'RolledBack',
  'stored-not-applied': 'StoredNotApplied',
  interrupted: 'Interrupted',
  refused: 'RotationFailed',
};

/** Counts how a rotation ended: once, under the gravest of what can be said of it. */
export function measureRotation({ outcome, durationMs, failure, tasks = [] }: Rotation, metering: Metering): void {
  const counted = COUNTED[outcome];
  const isDone = counted === undefined || counted === 'RotationSucceeded';
  const name = isDone && failure ? 'RotationFailed' : counted;
  measure('RotationDuration', durationMs, metering);
  if (name) measure(name, 1, metering);
  if (outcome === 'rotated') measure('DaysSinceRotation', 0, metering);
  if (tasks.length === 0) return;
  measure('TasksOpen', tasks.length, metering);
  measure('TasksOverdue', tasks.filter(({ overdue }) => overdue).length, metering);
}

/** Whether somebody has to look at a retire. A person has been asked to end the secret: a task that is overdue is told by itself. */
export function isPostponed({ failure }: RetireReport): boolean {
  return failure !== undefined && failure.code !== 'awaiting-person';
}

/** What a new finding is counted as. */
export const FOUND: Readonly<Record<FindingKind, MetricName>> = {
  'secret-refused': 'DriftFound',
  'iam-differs': 'DriftFound',
  'client-unusable': 'DriftFound',
  'connector-differs': 'DriftFound',
  'connector-unproven': 'DriftFound',
  'ended-secret-works': 'DriftFound',
  'value-invalid': 'DriftFound',
  'settings-invalid': 'DriftFound',
  'pending-left': 'DriftFound',
  'too-old': 'TooOld',
  'expiry-near': 'ExpiryNear',
  'retire-overdue': 'OverdueFound',
  'repeat-overdue': 'OverdueFound',
  'schedule-missed': 'OverdueFound',
  'schedule-disabled': 'OverdueFound',
  'schedule-gone': 'OverdueFound',
  'schedule-ends': 'OverdueFound',
  'task-late': 'TasksLate',
  'agent-silent': 'SystemUnreadable',
  unreadable: 'SystemUnreadable',
};

/** Adds to a metric of the stack; with `perCredential` also to the credential's own, where an invocation is about many. */
export function measureOf(
  { id, perCredential }: { readonly id: string; readonly perCredential: boolean },
  [name, value]: readonly [MetricName, number],
  metering: Metering,
): void {
  measure(name, value, metering);
  if (!perCredential) return;
  const single = metering.metrics.singleMetric();
  single.addDimension('credential', id);
  single.addMetric(name, METRICS[name].unit, value);
}
