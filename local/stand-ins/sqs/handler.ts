import type * as z from 'zod';
import type { Handler } from '../serve.ts';
import type { SqsEngine } from './engine.ts';
import { invalidParameter, SqsFault } from './errors.ts';
import type { Queue } from './queue.ts';
import { requests } from './schemas.ts';

type Name = keyof typeof requests;

/** What a call needs besides its input. */
interface Called {
  readonly engine: SqsEngine;
  /** Where the caller found this SQS. */
  readonly origin: string;
}

type Operations = {
  [N in Name]: (called: Called, input: z.output<(typeof requests)[N]>) => object | Promise<object>;
};

const MOST_ENTRIES = 10;

/** Each as documented, in the parts that its callers here need. */
export const operations: Operations = {
  CreateQueue: (called, { QueueName, Attributes }) => {
    const texts = Object.entries(Attributes).map(([name, value]) => [name, String(value)]);
    called.engine.create(QueueName, Object.fromEntries(texts));
    return { QueueUrl: urlOf(QueueName, called) };
  },
  GetQueueUrl: (called, { QueueName }) => ({ QueueUrl: urlOf(called.engine.find(QueueName).name, called) }),
  GetQueueAttributes: ({ engine }, { QueueUrl, AttributeNames }) => {
    const all = attributesOf(engine, queueAt(engine, QueueUrl));
    const unknown = AttributeNames.find((name) => name !== 'All' && !Object.hasOwn(all, name));
    if (unknown !== undefined) throw new SqsFault('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const wanted = Object.entries(all).filter(
      ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
    );
    return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {};
  },
  SendMessage: ({ engine }, { QueueUrl, MessageBody }) => engine.send(queueAt(engine, QueueUrl).name, MessageBody),
  ReceiveMessage: async ({ engine }, input) => {
    const Messages = await engine.receive(queueAt(engine, input.QueueUrl).name, input);
    return Messages.length > 0 ? { Messages } : {};
  },
  DeleteMessage: ({ engine }, { QueueUrl, ReceiptHandle }) => {
    queueAt(engine, QueueUrl).delete(ReceiptHandle);
    return {};
  },
  DeleteMessageBatch: ({ engine }, { QueueUrl, Entries }) => {
    const queue = queueAt(engine, QueueUrl);
    if (Entries.length === 0) throw new SqsFault('EmptyBatchRequest', 'There should be at least one entry.');
    if (Entries.length > MOST_ENTRIES) throw new SqsFault('TooManyEntriesInBatchRequest', 'At most 10 entries.');
    if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) {
      throw new SqsFault('BatchEntryIdsNotDistinct', 'Two entries have the same Id.');
    }
    return deleteEach(queue, Entries);
  },
  ChangeMessageVisibility: ({ engine }, { QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
    const queue = queueAt(engine, QueueUrl);
    queue.changeVisibility(ReceiptHandle, VisibilityTimeout);
    if (VisibilityTimeout === 0) engine.arrived(queue.name);
    return {};
  },
};

function deleteEach(queue: Queue, entries: readonly { readonly Id: string; readonly ReceiptHandle: string }[]) {
  const Failed: object[] = [];
  const Successful = entries.flatMap(({ Id, ReceiptHandle }) => {
    try {
      queue.delete(ReceiptHandle);
      return [{ Id }];
    } catch (error) {
      if (!(error instanceof SqsFault)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.type });
      return [];
    }
  });
  return { Successful, Failed };
}

function attributesOf({ region, account }: SqsEngine, queue: Queue): Record<string, string> {
  const { name, attributes } = queue;
  const { visible, hidden } = queue.counts();
  return {
    QueueArn: `arn:aws:sqs:${region}:${account}:${name}`,
    VisibilityTimeout: String(attributes.VisibilityTimeout),
    MessageRetentionPeriod: String(attributes.MessageRetentionPeriod),
    MaximumMessageSize: String(attributes.MaximumMessageSize),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
  };
}

/** A queue is known by the last part of its URL, whatever the URL's host. */
function queueAt(engine: SqsEngine, url: string): Queue {
  return engine.find(url.split('/').at(-1) ?? '');
}

function urlOf(name: string, { engine, origin }: Called): string {
  return `${origin}/${engine.account}/${name}`;
}

/**
 * Speaks AWS JSON 1.0 for an engine, so that the SDK's client can be its caller. Signatures are not checked.
 *
 * @see [AWS JSON in SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html)
 */
export function sqsHandler(engine: SqsEngine): Handler {
  return async (request) => {
    const operation = /^AmazonSQS\.(\w+)$/.exec(request.headers.get('x-amz-target') ?? '')?.[1] ?? '';
    try {
      const input = parseJson(await request.text());
      return answer(await perform(operation, input, { engine, origin: new URL(request.url).origin }));
    } catch (error) {
      if (!(error instanceof SqsFault)) throw error;
      const body = { __type: `com.amazonaws.sqs#${error.type}`, message: error.message };
      return answer(body, { status: 400, headers: { 'x-amzn-query-error': `${error.queryCode};Sender` } });
    }
  };
}

async function perform(operation: string, input: unknown, called: Called): Promise<object> {
  if (!Object.hasOwn(operations, operation)) {
    throw new SqsFault('UnsupportedOperation', `The operation '${operation}' is not available here.`);
  }
  const name = operation as Name;
  const parsed = requests[name].safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidParameter(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  return await (operations[name] as (called: Called, input: unknown) => object | Promise<object>)(called, parsed.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    throw invalidParameter('The body is not JSON.');
  }
}

function answer(
  body: object,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  });
}
