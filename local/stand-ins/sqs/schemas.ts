import * as z from 'zod';

const QueueUrl = z.string().min(1);
const ReceiptHandle = z.string().min(1);
const seconds = (least: number, most: number) => z.int().min(least).max(most);
const VisibilityTimeout = seconds(0, 43_200);

/** Attributes of a queue come as texts. */
const textOf = (range: z.ZodType<number, number>) => z.string().regex(/^\d+$/).transform(Number).pipe(range);

/** What a queue can be told when it is made; others are known to AWS, and have no effect here. */
export const QueueAttributes = z.looseObject({
  VisibilityTimeout: textOf(VisibilityTimeout).default(30),
  MessageRetentionPeriod: textOf(seconds(60, 1_209_600)).default(345_600),
  MaximumMessageSize: textOf(seconds(1024, 262_144)).default(262_144),
});

export type QueueAttributes = z.output<typeof QueueAttributes>;

/** What of a message's life can be asked for. */
const SystemAttribute = z.enum(['All', 'SentTimestamp', 'ApproximateReceiveCount', 'ApproximateFirstReceiveTimestamp']);

/**
 * The requests, as far as they are known here.
 *
 * @see [Actions](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html)
 */
export const requests = {
  CreateQueue: z.object({
    QueueName: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
    Attributes: QueueAttributes.prefault({}),
  }),
  GetQueueUrl: z.object({ QueueName: z.string() }),
  GetQueueAttributes: z.object({ QueueUrl, AttributeNames: z.array(z.string()).default([]) }),
  SendMessage: z.object({ QueueUrl, MessageBody: z.string().min(1) }),
  ReceiveMessage: z.object({
    QueueUrl,
    MaxNumberOfMessages: z.int().min(1).max(10).default(1),
    WaitTimeSeconds: seconds(0, 20).default(0),
    VisibilityTimeout: VisibilityTimeout.optional(),
    MessageSystemAttributeNames: z.array(SystemAttribute).default([]),
  }),
  DeleteMessage: z.object({ QueueUrl, ReceiptHandle }),
  DeleteMessageBatch: z.object({ QueueUrl, Entries: z.array(z.object({ Id: z.string(), ReceiptHandle })) }),
  ChangeMessageVisibility: z.object({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
} as const;

export type Receive = z.output<(typeof requests)['ReceiveMessage']>;
