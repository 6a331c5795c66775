import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  ChangeMessageVisibilityBatchCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import { REGION } from '../../support/real-stack.ts';
import type { Written } from '../scan.ts';
import type { Stage } from '../stage.ts';
import type { Collector } from './collector.ts';

/** The queues that a listener has made: `listen` of `listener.ts`. */
const HEARD = 'heard';
const TOLD = 'told';

/** What lies in the queues: dead letters, what agents were sent and have answered, what was published, and what people were told. */
export function queueCollectors(stage: Stage): Collector[] {
  const { aws, prefix, administrator, deployment } = stage;
  const sqs = new SQSClient(aws);
  const isOfListener = (url: string) => [HEARD, TOLD].some((name) => url.endsWith(`/${prefix}-${name}`));
  const named = (name: string) => async () => (await queuesOf(sqs, prefix)).filter((url) => url.endsWith(`-${name}`));
  const ours = async () => (await queuesOf(sqs, prefix)).filter((url) => !isOfListener(url));
  const into = (is: RegExp) => async (text: string) => {
    const MessageAttributes = { planted: { DataType: 'String', StringValue: text } };
    const QueueUrl = (await ours()).find((url) => is.test(url));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'planted', MessageAttributes }));
  };
  return [
    { what: 'dead letters', collect: lyingIn(sqs, dead(ours)), plant: into(DEAD) },
    { what: "an agent's queues", collect: lyingIn(sqs, alive(ours)), plant: into(AGENTS) },
    {
      what: 'events',
      collect: lyingIn(sqs, named(HEARD)),
      plant: (reason) => {
        const Detail = JSON.stringify({ stack: prefix, reason });
        const entry = { Source: 'client-secret-rotation', DetailType: 'Rotation Succeeded', Detail };
        return new EventBridgeClient(aws).send(new PutEventsCommand({ Entries: [entry] }));
      },
    },
    {
      what: 'messages to people',
      collect: lyingIn(sqs, named(TOLD)),
      plant: async (Message) => {
        const sns = new AwsClient({ ...administrator, service: 'sns', region: REGION, retries: 0 });
        const TopicArn = deployment.outputs.NotifyTopicArn ?? '';
        const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn, Message });
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await sns.fetch(aws.endpoint, { method: 'POST', headers, body: form.toString() });
        if (!answer.ok) throw new Error(`Publish: ${answer.status}`);
      },
    },
  ];
}

const DEAD = /dead/i;
const AGENTS = /request|repl|agent/i;

type Urls = () => Promise<string[]>;

function dead(urls: Urls): Urls {
  return async () => (await urls()).filter((url) => DEAD.test(url));
}

function alive(urls: Urls): Urls {
  return async () => (await urls()).filter((url) => !DEAD.test(url));
}

async function queuesOf(sqs: SQSClient, prefix: string): Promise<string[]> {
  return (await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }))).QueueUrls ?? [];
}

/** Reads all messages with all their attributes, and leaves them there. */
function lyingIn(sqs: SQSClient, urls: Urls): () => Promise<Written[]> {
  return async () => {
    const written: Written[] = [];
    for (const QueueUrl of await urls()) {
      const messages = await messagesIn(sqs, QueueUrl);
      written.push(...messages.map((one) => ({ where: `message in ${QueueUrl}`, text: JSON.stringify(one) })));
      // What is written as JSON into JSON hides what is between its quotes.
      written.push(...messages.map(({ Body = '' }) => ({ where: `message in ${QueueUrl}`, text: Body })));
    }
    return written;
  };
}

async function messagesIn(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const all = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
  const found: Message[] = [];
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60, ...all });
    const { Messages = [] } = await sqs.send(receive);
    if (Messages.length === 0) break;
    found.push(...Messages);
  }
  for (let at = 0; at < found.length; at += 10) {
    const Entries = found.slice(at, at + 10).map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
  return found;
}
