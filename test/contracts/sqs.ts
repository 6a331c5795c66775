import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';

/** An SQS, and how time passes for it. */
interface SqsFixture {
  readonly client: SQSClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  passSeconds(seconds: number): Promise<void>;
}

export interface SqsContract {
  /** Asked at the beginning of each test, so that it may be made in a `beforeAll`. */
  readonly fixture: () => SqsFixture;
  /** Cases, by their exact title, that this one is known to break: each must still be broken, else the test fails. */
  readonly knownDeviations?: readonly string[];
  /** Cases, by their exact title, that would take too long here. */
  readonly leftOut?: readonly string[];
}

type Case = readonly [title: string, test: (lab: Lab) => Promise<void>];

/** What SQS promises of standard queues, as far as runs and agents rely on it. Each case has a queue of its own. */
export function sqsContract({ fixture, knownDeviations = [], leftOut = [] }: SqsContract): void {
  for (const [title, test] of CASES.filter(([title]) => !leftOut.includes(title))) {
    const run = knownDeviations.includes(title) ? it.failing : it;
    run(title, async () => test(await newLab(fixture())), 60_000);
  }
}

type Lab = Awaited<ReturnType<typeof newLab>>;

let made = 0;

async function newLab({ client, now, passSeconds }: SqsFixture) {
  const name = `csr-${now()}-${++made}`;
  const attributes = { MessageRetentionPeriod: '60', VisibilityTimeout: '2' };
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (more: Partial<ConstructorParameters<typeof ReceiveMessageCommand>[0]> = {}) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...more }),
    );
    return Messages;
  };
  const drop = ({ ReceiptHandle }: Message) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const hide = ({ ReceiptHandle }: Message, VisibilityTimeout: number) =>
    client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  const one = async () => (await receive())[0] as Message;
  return { client, name, QueueUrl, send, receive, drop, hide, one, now, passSeconds };
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();
const nobody = { name: expect.stringMatching(/QueueDoesNotExist|NonExistentQueue/) };

const CASES: readonly Case[] = [
  [
    'what was sent is received, with its text, an id and a handle',
    async ({ send, receive }) => {
      const { MessageId } = await send('{"id":"1","ö":"€"}');
      expect(await receive()).toEqual([
        expect.objectContaining({ Body: '{"id":"1","ö":"€"}', MessageId, ReceiptHandle: expect.stringMatching(/./) }),
      ]);
    },
  ],
  [
    'up to ten messages come at once, and no more than were asked for',
    async ({ send, receive }) => {
      for (let i = 0; i < 12; i++) await send(`message ${i}`);
      expect(await receive({ MaxNumberOfMessages: 3 })).toHaveLength(3);
      expect((await receive()).length).toBeLessThanOrEqual(10);
    },
  ],
  [
    'an empty queue answers with nothing',
    async ({ receive }) => {
      expect(await receive()).toEqual([]);
    },
  ],
  [
    'a message that was received is hidden from the next receive, and comes again after the visibility timeout',
    async ({ send, receive, passSeconds }) => {
      await send('once more');
      expect(bodies(await receive())).toEqual(['once more']);
      expect(await receive()).toEqual([]);
      await passSeconds(2.5);
      expect(bodies(await receive())).toEqual(['once more']);
    },
  ],
  [
    'a receive may hide for another time than the queue',
    async ({ send, receive, passSeconds }) => {
      await send('hidden for longer');
      await receive({ VisibilityTimeout: 30 });
      await passSeconds(2.5);
      expect(await receive()).toEqual([]);
    },
  ],
  [
    'a message that is made visible again is received at once, by another handle',
    async ({ send, receive, hide, one }) => {
      await send('for somebody else');
      const message = await one();
      await hide(message, 0);
      const [again] = await receive();
      expect(again?.MessageId).toBe(message.MessageId);
      expect(again?.ReceiptHandle).not.toBe(message.ReceiptHandle);
    },
  ],
  [
    'a message that nobody has can not be hidden for longer',
    async ({ send, hide, one }) => {
      await send('nobody has it');
      const message = await one();
      await hide(message, 0);
      await expect(hide(message, 10)).rejects.toMatchObject({ name: expect.stringMatching(/MessageNotInflight/) });
    },
  ],
  [
    'a message that was deleted does not come again',
    async ({ send, receive, drop, one, passSeconds }) => {
      await send('done');
      await drop(await one());
      await passSeconds(2.5);
      expect(await receive()).toEqual([]);
    },
  ],
  [
    'deleting twice succeeds',
    async ({ send, drop, one }) => {
      await send('done');
      const message = await one();
      await drop(message);
      await expect(drop(message)).resolves.toBeDefined();
    },
  ],
  [
    'a handle that no receive has given is refused',
    async ({ drop }) => {
      await expect(drop({ ReceiptHandle: 'no-handle' })).rejects.toMatchObject({
        name: expect.stringMatching(/ReceiptHandleIsInvalid/),
      });
    },
  ],
  [
    'several messages are deleted by one request, each with its own result',
    async ({ client, QueueUrl, send, receive, passSeconds }) => {
      for (const text of ['one', 'two', 'three']) await send(text);
      const [first, second] = await receive();
      const entry = (Id: string, message: Message | undefined) => ({ Id, ReceiptHandle: message?.ReceiptHandle ?? '' });
      const Entries = [entry('a', first), entry('b', second)];
      const { Successful = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      expect(Successful.map(({ Id }) => Id).sort()).toEqual(['a', 'b']);
      await passSeconds(2.5);
      expect(await receive()).toHaveLength(1);
    },
  ],
  [
    'a batch has entries, ten at most, each with an id of its own',
    async ({ client, QueueUrl }) => {
      const batch = (ids: readonly string[]) =>
        client.send(
          new DeleteMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, ReceiptHandle: 'x' })) }),
        );
      await expect(batch([])).rejects.toMatchObject({ name: expect.stringMatching(/EmptyBatchRequest/) });
      await expect(batch(['a', 'a'])).rejects.toMatchObject({
        name: expect.stringMatching(/BatchEntryIdsNotDistinct/),
      });
      const eleven = Array.from({ length: 11 }, (_, index) => `e${index}`);
      await expect(batch(eleven)).rejects.toMatchObject({ name: expect.stringMatching(/TooManyEntries/) });
    },
  ],
  [
    'a long poll ends as soon as something arrives',
    async ({ send, receive, now }) => {
      const begin = now();
      const waiting = receive({ WaitTimeSeconds: 20 });
      await send('soon');
      expect(bodies(await waiting)).toEqual(['soon']);
      expect(now() - begin).toBeLessThan(15_000);
    },
  ],
  [
    'a long poll of an empty queue takes its whole time, and answers with nothing',
    async ({ receive, now }) => {
      const begin = now();
      expect(await receive({ WaitTimeSeconds: 2 })).toEqual([]);
      expect(now() - begin).toBeGreaterThanOrEqual(1900);
    },
  ],
  [
    'a receive waits for 20 s at most, and asks for one to ten messages',
    async ({ receive }) => {
      for (const wrong of [{ MaxNumberOfMessages: 11 }, { MaxNumberOfMessages: 0 }, { WaitTimeSeconds: 21 }]) {
        await expect(receive(wrong)).rejects.toMatchObject({
          name: expect.stringMatching(/InvalidParameterValue|ReadCountOutOfRange/),
        });
      }
    },
  ],
  [
    'a receive tells when a message was sent and how often it was received, where it is asked to',
    async ({ send, receive, now, passSeconds }) => {
      const before = now();
      await send('with its time');
      expect((await receive({ VisibilityTimeout: 0 }))[0]).not.toHaveProperty('Attributes');
      await passSeconds(0.1);
      const names = ['SentTimestamp', 'ApproximateReceiveCount'] as const;
      const [message] = await receive({ MessageSystemAttributeNames: [...names] });
      expect(message?.Attributes?.ApproximateReceiveCount).toBe('2');
      expect(Math.abs(Number(message?.Attributes?.SentTimestamp) - before)).toBeLessThan(5000);
    },
  ],
  [
    'a message has 256 KiB at most, and at least one character',
    async ({ send }) => {
      await expect(send('x'.repeat(262_144))).resolves.toBeDefined();
      await expect(send('x'.repeat(262_145))).rejects.toMatchObject({
        name: expect.stringMatching(/InvalidParameterValue/),
      });
      await expect(send('')).rejects.toMatchObject({ name: expect.stringMatching(/./) });
    },
  ],
  [
    'a character that XML does not have is refused',
    async ({ send }) => {
      await expect(send('a\u0000b')).rejects.toMatchObject({ name: expect.stringMatching(/InvalidMessageContents/) });
    },
  ],
  [
    'a message is gone once its retention is over',
    async ({ send, receive, passSeconds }) => {
      await send('too late');
      await passSeconds(62);
      expect(await receive()).toEqual([]);
    },
  ],
  [
    'a queue tells its URL by name, and its attributes',
    async ({ client, name, QueueUrl, send }) => {
      expect(await client.send(new GetQueueUrlCommand({ QueueName: name }))).toMatchObject({ QueueUrl });
      await send('one');
      const attributes = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      expect((await client.send(attributes)).Attributes).toMatchObject({
        MessageRetentionPeriod: '60',
        VisibilityTimeout: '2',
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '0',
        QueueArn: expect.stringMatching(new RegExp(`^arn:aws:sqs:[a-z0-9-]+:\\d{12}:${name}$`)),
      });
    },
  ],
  [
    'a queue is found by a URL that was put together from region, account and name',
    async ({ client, name, send }) => {
      await send('found');
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl,
          AttributeNames: ['QueueArn'],
        }),
      );
      const [, , , region, account] = (Attributes?.QueueArn ?? '').split(':');
      const QueueUrl = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(bodies(Messages ?? [])).toEqual(['found']);
    },
  ],
  [
    'a queue that does not exist is told apart from everything else',
    async ({ client, QueueUrl, name }) => {
      const none = QueueUrl.replace(name, 'csr-nobody-made-it');
      await expect(client.send(new GetQueueUrlCommand({ QueueName: 'csr-nobody-made-it' }))).rejects.toMatchObject(
        nobody,
      );
      await expect(client.send(new ReceiveMessageCommand({ QueueUrl: none }))).rejects.toMatchObject(nobody);
      const sent = client.send(new SendMessageCommand({ QueueUrl: none, MessageBody: 'x' }));
      await expect(sent).rejects.toMatchObject(nobody);
    },
  ],
];
