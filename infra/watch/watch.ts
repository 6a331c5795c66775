import { NestedStack } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import type { Names } from '../service/names.ts';
import { type AlarmEntry, alarmTable, type Watched } from './alarm-table.ts';
import { Alarms } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import { ToldEvents } from './told-events.ts';
import { NotifyTopic } from './topic.ts';

/** Properties of {@link Watch}. */
export interface WatchProps extends Omit<Watched, 'prefix'> {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly key: Key;
  /** Metrics of the HTTP API. */
  readonly api: readonly IMetric[];
}

/** What tells people: alarms, the stack's own events in words, the topic for both, and the dashboard. */
export class Watch extends Construct {
  readonly #alarms: Alarms;

  constructor(scope: Construct, id: string, { deployment, key, names, api, ...rest }: WatchProps) {
    super(scope, id);
    const watched = { prefix: deployment.prefix, ...rest };
    const topic = this.#topic(deployment, { key, deadLetters: rest.deadLetters });
    // A stack of its own: CloudFormation's 500 resources are for credentials.
    const screen = new NestedStack(this, 'Screen', { description: `Alarms and dashboard of ${deployment.prefix}` });
    this.#alarms = new Alarms(screen, 'Alarms', { deployment, topic });
    for (const entry of alarmTable(watched)) this.#alarms.add(entry);
    addDashboard(screen, { alarms: this.#alarms, names, api, ...watched });
  }

  /** Adds an alarm of something that a stack has many of. */
  add(entry: AlarmEntry): void {
    this.#alarms.add(entry);
  }

  /** The stack's own topic, with events and alarms; or the one that the context names, for alarms alone: its policy is not ours. */
  #topic(deployment: Deployment, { key, deadLetters }: Pick<WatchProps, 'key' | 'deadLetters'>): ITopic {
    const { alarmTopicArn } = deployment;
    if (alarmTopicArn) return Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    const { topic } = new NotifyTopic(this, 'Notify', { deployment, key });
    new ToldEvents(this, 'Events', { deployment, topic, deadLetters });
    return topic;
  }
}
