import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import { Chat } from './chat.ts';

/** The name of the stack's own topic. */
export function topicName(prefix: string): string {
  return `${prefix}-notify`;
}

/** Properties of {@link NotifyTopic}. */
export interface NotifyTopicProps {
  readonly deployment: Deployment;
  readonly key: Key;
}

/** The topic of the stack, encrypted and over TLS only, and who is subscribed to it by the context's `notify`. */
export class NotifyTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { deployment, key }: NotifyTopicProps) {
    super(scope, id);
    const { prefix, notify, local } = deployment;
    this.topic = new Topic(this, 'Topic', {
      topicName: topicName(prefix),
      displayName: prefix,
      masterKey: key,
      // An emulator on loopback has no TLS, and would let nobody in.
      enforceSSL: !local,
    });
    letPublish(this.topic, key);
    for (const address of notify?.email ?? []) this.#subscribe(address, SubscriptionProtocol.EMAIL);
    for (const url of notify?.webhook ?? []) this.#subscribe(url, SubscriptionProtocol.HTTPS);
    if (notify?.slack || notify?.teams) new Chat(this, 'Chat', { prefix, notify, topic: this.topic });
    new CfnOutput(Stack.of(this), 'NotifyTopicArn', { value: this.topic.topicArn });
  }

  #subscribe(endpoint: string, protocol: SubscriptionProtocol): void {
    new Subscription(this, `To-${endpoint}`, { topic: this.topic, endpoint, protocol });
  }
}

/**
 * Lets CloudWatch's alarms and EventBridge's rules send to an encrypted topic. EventBridge has no condition: AWS supports none on the
 * key of an encrypted topic, and shows none on the topic.
 *
 * @see [Encrypted topics and AWS services](https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html)
 */
function letPublish(topic: Topic, key: Key): void {
  const alarms = new ServicePrincipal('cloudwatch.amazonaws.com');
  const rules = new ServicePrincipal('events.amazonaws.com');
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [alarms],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } },
    }),
  );
  topic.addToResourcePolicy(
    new PolicyStatement({ principals: [rules], actions: ['sns:Publish'], resources: [topic.topicArn] }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [alarms, rules],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  );
}
