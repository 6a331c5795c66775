import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import type { AlarmEntry } from './alarm-table.ts';
import { runbookPage } from './runbook.ts';

/** Properties of {@link Alarms}. */
export interface AlarmsProps {
  readonly deployment: Deployment;
  readonly topic: ITopic;
}

/** One alarm for each thing that needs a person. All of them send to one topic. */
export class Alarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
  }

  /** Makes the alarm of an entry. */
  add({ name, metric, what, next, runbook, on = { above: 0 }, onSilence = false }: AlarmEntry): void {
    const { deployment, topic } = this.#props;
    const isLow = on.below !== undefined;
    const alarm = new Alarm(this, name, {
      alarmName: `${deployment.prefix}-${name}`,
      alarmDescription: `${what} What to do: ${next} Runbook: ${runbookPage(deployment)}#${runbook}`,
      metric,
      threshold: on.below ?? on.above ?? 0,
      comparisonOperator: isLow ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: on.periods ?? 1,
      treatMissingData: onSilence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    this.alarms.push(alarm);
  }
}
