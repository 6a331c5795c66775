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

const PERIOD = Duration.minutes(5);

/** The functions' own metrics that a person has to look at, and why. */
const EVENTS = {
  RotationFailed: 'A rotation ended without a new secret in use.',
  StoredNotApplied: 'A new secret is in use, but a connector does not hold it yet.',
  Interrupted: 'A rotation could neither finish nor undo: the next run has to.',
  RetirePostponed: 'A previous secret lives on after its grace.',
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
      this.#moreThanNone('DeadLetters', 'An event was given up: a schedule did not do its work.', {
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      }),
      ...Object.entries(functions).map(([name, one]) =>
        this.#moreThanNone(`Errors-${name}`, `The function ${name} failed.`, {
          metric: one.metricErrors({ period: PERIOD, statistic: 'Sum' }),
        }),
      ),
      ...Object.entries(EVENTS).map(([name, why]) =>
        this.#moreThanNone(name, why, { metric: ownMetric(name, deployment.prefix) }),
      ),
    ];
    if (!deployment.alarmTopicArn) return;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', deployment.alarmTopicArn));
    for (const alarm of this.alarms) alarm.addAlarmAction(action);
  }

  #moreThanNone(id: string, alarmDescription: string, { metric }: { metric: IMetric }): Alarm {
    return new Alarm(this, id, {
      metric,
      alarmDescription,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function ownMetric(metricName: string, service: string): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    period: PERIOD,
    statistic: 'Sum',
  });
}
