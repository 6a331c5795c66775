import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import { REGION } from '../support/real-stack.ts';
import type { Stage } from './stage.ts';

/** What was published, and what people were told. Messages stay in their queues. */
export interface Listener {
  /** Events of the stack, as a target of a rule receives them. */
  heard(): Promise<Record<string, unknown>[]>;
  /** What whoever is subscribed to the stack's topic receives. */
  told(): Promise<string[]>;
}

/** Listens to the stack: by a rule of its own on the bus, and as a subscriber of the stack's topic. */
export async function listen({ aws, administrator, prefix, deployment }: Stage): Promise<Listener> {
  const sqs = new SQSClient(aws);
  const queue = async (name: string) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${prefix}-${name}` }));
    const AttributeNames = ['QueueArn' as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    const arn = Attributes?.QueueArn ?? '';
    const Policy = JSON.stringify(mayBeSent(arn));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    return { url: QueueUrl, arn };
  };
  const [bus, topic] = [await queue('heard'), await queue('told')];
  const events = new EventBridgeClient(aws);
  const EventPattern = JSON.stringify({ source: ['client-secret-rotation'], detail: { stack: [prefix] } });
  await events.send(new PutRuleCommand({ Name: `${prefix}-heard`, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: `${prefix}-heard`, Targets: [{ Id: 'queue', Arn: bus.arn }] }));
  const sns = new AwsClient({ ...administrator, service: 'sns', region: REGION, retries: 0 });
  const subscription = { Protocol: 'sqs', TopicArn: deployment.outputs.NotifyTopicArn ?? '', Endpoint: topic.arn };
  const body = new URLSearchParams({ Action: 'Subscribe', Version: '2010-03-31', ...subscription });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await sns.fetch(aws.endpoint, { method: 'POST', headers, body: body.toString() });
  if (!answer.ok) throw new Error(`Subscribe: ${answer.status}`);
  return {
    heard: async () => (await peek(sqs, bus.url)).map((text) => JSON.parse(text)),
    told: async () => (await peek(sqs, topic.url)).map((text) => (JSON.parse(text) as { Message: string }).Message),
  };
}

function mayBeSent(queueArn: string): object {
  const Principal = { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: queueArn }],
  };
}

/** Reads what lies in a queue, and leaves it there. */
async function peek(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
  const found = new Map<string, string>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 2 }),
    );
    const known = found.size;
    for (const { MessageId = '', Body = '' } of Messages) found.set(MessageId, Body);
    // On a slow machine the first ones are back before the last ones are read.
    if (found.size === known) return [...found.values()];
  }
}
