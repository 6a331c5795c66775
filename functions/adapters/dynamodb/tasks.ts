import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { Acknowledgement, Task, TaskSubject, Tasks } from '../../ports/tasks.ts';
import { type Item, itemOf, readAcknowledgement, readTask } from './items.ts';
import { queryAll, REFUSED, type TableOptions, tableClient, unlessRefused } from './table.ts';

/** How often a task is tried to be opened while others close it. */
const OPENING_TRIES = 3;

/** What a task is called in the table, and which version a change of it is meant for. */
type VersionOf = TaskSubject & Pick<Task, 'versionId'>;

/**
 * The tasks and acknowledgements of one credential in a DynamoDB table. Every write is one item under one condition: the
 * acknowledgement is the one truth about its task, so a call that stops between the two items loses nothing, and leaves behind an
 * item that no read shows.
 *
 * @param sdk its retries are safe: every write is idempotent
 * @param credential the id, which is the partition key
 * @see [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html)
 */
export function dynamoDbTasks(sdk: Pick<DynamoDBClient, 'send'>, credential: string, options: TableOptions): Tasks {
  const { tableName: TableName } = options;
  const client = tableClient(sdk, options, { about: 'tasks', expected: [REFUSED] });
  const keyOf = (sk: string) => ({ TableName, Key: { pk: { S: credential }, sk: { S: sk } } });
  const put = (sk: string, attributes: Item, condition: object = {}) =>
    client.send(
      new PutItemCommand({ TableName, Item: { pk: { S: credential }, sk: { S: sk }, ...attributes }, ...condition }),
    );
  const query = (beginning: string) => queryAll(client, { TableName, partition: credential, beginning });
  const close = (task: VersionOf) =>
    unlessRefused(client.send(new DeleteItemCommand({ ...keyOf(taskKey(task)), ...about(task) })));

  return {
    read: async () => {
      // One after the other: whoever closes a task has acknowledged it before.
      const tasks = (await query('task#')).flatMap((item) => readTask(item) ?? []);
      const acknowledgements = (await query('ack#')).flatMap((item) => readAcknowledgement(item) ?? []);
      return { tasks: tasks.filter((task) => !isDone(task, acknowledgements)), acknowledgements };
    },
    open: async (task) => {
      const opened = { ...task, announced: 0 };
      for (let tries = 1; tries <= OPENING_TRIES; tries++) {
        if (await unlessRefused(put(taskKey(task), itemOf(opened), unlessAbout(task)))) return opened;
        const { Item: item } = await client.send(new GetItemCommand({ ...keyOf(taskKey(task)), ConsistentRead: true }));
        const known = item && readTask(item);
        if (known?.versionId === task.versionId) return known;
      }
      throw new RotationError('tasks-unavailable', `DynamoDB, ${TableName}: a task kept changing while it was opened`);
    },
    close: async (task) => void (await close(task)),
    announced: async (task) => {
      const { ConditionExpression, ExpressionAttributeValues: version } = about(task);
      const values = { ...version, ':announced': { N: String(task.announced) } };
      const update = { UpdateExpression: 'SET announced = :announced', ConditionExpression };
      const input = { ...keyOf(taskKey(task)), ...update, ExpressionAttributeValues: values };
      await unlessRefused(client.send(new UpdateItemCommand(input)));
    },
    acknowledge: async (acknowledgement) => {
      const { connector, versionId } = acknowledgement;
      await put(`ack#${connector}`, itemOf(acknowledgement));
      try {
        await close({ kind: 'enter-secret', connector, versionId });
      } catch (error) {
        // The task is done from here on, and its item is shown no more: it goes with the next task.
        if (!isRotationError(error)) throw error;
      }
    },
  };
}

function taskKey({ kind, connector = '' }: TaskSubject): string {
  return `task#${kind}#${connector}`;
}

/** Holds while the item is about a version. */
function about({ versionId }: VersionOf) {
  return {
    ConditionExpression: 'versionId = :version',
    ExpressionAttributeValues: { ':version': { S: versionId } } as Record<string, AttributeValue>,
  };
}

/** Holds unless the item is about a version. */
function unlessAbout(task: VersionOf) {
  return { ...about(task), ConditionExpression: 'attribute_not_exists(pk) OR versionId <> :version' };
}

function isDone({ kind, connector, versionId }: Task, acknowledgements: readonly Acknowledgement[]): boolean {
  const said = acknowledgements.find((one) => one.connector === connector);
  return kind === 'enter-secret' && said?.versionId === versionId;
}
