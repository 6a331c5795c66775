import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Deployment } from './context.ts';
import type { FunctionName } from './names.ts';

/** Namespace of the functions' own metrics. Their dimension `service` is the prefix. */
export const METRICS_NAMESPACE = 'client-secret-rotation';

const SUM = { period: Duration.minutes(5), statistic: 'Sum' };

/** What an alarm is about, and the section of the runbook that says what to do. */
interface Reason {
  readonly why: string;
  /** Heading in `docs/operations.md`, as an anchor. */
  readonly runbook: string;
}

/** The functions' own metrics that a person has to look at. */
const EVENTS: Readonly<Record<string, Reason>> = {
  RotationFailed: { why: 'A rotation ended without a new secret in use.', runbook: 'outcomes' },
  StoredNotApplied: {
    why: 'A new secret is in use, but a connector does not hold it yet.',
    runbook: 'stored-not-applied',
  },
  Interrupted: { why: 'A rotation could neither finish nor undo: the next run has to.', runbook: 'interrupted' },
  TasksOverdue: { why: 'A person was asked to do something, and has not done it in time.', runbook: 'overdue-task' },
  LedgerRecordMissing: {
    why: 'A run could not be written to the ledger: the rotation stands, its record is missing.',
    runbook: 'a-record-is-missing',
  },
  RetirePostponed: { why: 'A previous secret lives on after its grace.', runbook: 'retire-was-postponed' },
};

const DEAD_LETTERS: Reason = {
  why: 'An event was given up: a schedule did not do its work.',
  runbook: 'dead-letters',
};

/** Properties of {@link Alarms}. */
export interface AlarmsProps {
  readonly deployment: Deployment;
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly deadLetters: IQueue;
}

/** One alarm for each thing that needs a person. They notify the topic of the context's `alarmTopicArn`, where there is one. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { deployment, functions, deadLetters }: AlarmsProps) {
    super(scope, id);
    this.alarms = [
      // What was sent to the queue, not what lies in it: nothing lowers that level, and a second event would go unheard.
      this.#moreThanNone('DeadLetters', DEAD_LETTERS, deadLetters.metricNumberOfMessagesSent(SUM)),
      ...Object.entries(functions).map(([name, one]) =>
        this.#moreThanNone(`Errors-${name}`, functionFailed(name), one.metricErrors(SUM)),
      ),
      ...Object.entries(EVENTS).map(([name, reason]) =>
        this.#moreThanNone(name, reason, ownMetric(name, deployment.prefix)),
      ),
    ];
    if (!deployment.alarmTopicArn) return;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', deployment.alarmTopicArn));
    for (const alarm of this.alarms) alarm.addAlarmAction(action);
  }

  #moreThanNone(id: string, { why, runbook }: Reason, metric: IMetric): Alarm {
    return new Alarm(this, id, {
      metric,
      alarmDescription: `${why} What to do: docs/operations.md#${runbook}`,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function functionFailed(name: string): Reason {
  return { why: `The function ${name} failed.`, runbook: 'a-function-failed' };
}

function ownMetric(metricName: string, service: string): Metric {
  return new Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap: { service }, ...SUM });
}

/**
 * An agent asks for work all the time: nothing received, and nothing asked for, is an agent that is gone. Its queue tells no metric
 * once it is not used any more.
 *
 * @see [Metrics of SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html)
 */
export function agentSilent(
  scope: Construct,
  name: string,
  { queue, deployment }: { readonly queue: IQueue; readonly deployment: Pick<Deployment, 'alarmTopicArn'> },
): void {
  const alarm = new Alarm(scope, `Silent-${name}`, {
    metric: queue.metricNumberOfEmptyReceives(SUM),
    alarmDescription: `The agent ${name} has not asked for work for 15 minutes. What to do: docs/operations.md#an-agent-is-silent`,
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
  });
  const { alarmTopicArn } = deployment;
  if (alarmTopicArn) alarm.addAlarmAction(new SnsAction(Topic.fromTopicArn(scope, `Topic-${name}`, alarmTopicArn)));
}
