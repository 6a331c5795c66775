import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamoDbTasks } from '../../../../functions/adapters/dynamodb/tasks.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const AT = new Date('2026-03-01T03:00:00.000Z');
const SUBJECT = { kind: 'enter-secret', connector: 'IFS Production', versionId: 'v2' } as const;
const TASK = { ...SUBJECT, openedAt: AT, dueAt: AT };
const WORD = { connector: 'IFS Production', versionId: 'v2', by: 'arn:eve', at: AT };
const KEY = { pk: { S: 'acme-prod' }, sk: { S: 'task#enter-secret#IFS Production' } };
const ITEM = {
  ...KEY,
  kind: { S: 'enter-secret' },
  connector: { S: 'IFS Production' },
  versionId: { S: 'v2' },
  openedAt: { S: '2026-03-01T03:00:00.000Z' },
  dueAt: { S: '2026-03-01T03:00:00.000Z' },
  announced: { N: '0' },
};

const patience = { sleep: async () => {} };

/** The port, on a client that answers as it is told; commands that go through a middleware need a stack. */
function tasks(answer: (name: string, input: never) => unknown = () => ({}), tryMs?: () => number) {
  const { client, sent } = stubClient<DynamoDBClient>(answer);
  return { port: dynamoDbTasks(client, 'acme-prod', { tableName: 'csr', patience, tryMs }), sent };
}

const failing = (name: string) => () => {
  throw serviceError(name);
};

describe('what is sent to the table', () => {
  it('opens a task with one write, under a condition', async () => {
    const { port, sent } = tasks();
    await port.open(TASK);
    expect(sent).toEqual([
      [
        'PutItemCommand',
        {
          TableName: 'csr',
          Item: ITEM,
          ConditionExpression: 'attribute_not_exists(pk) OR versionId <> :version',
          ExpressionAttributeValues: { ':version': { S: 'v2' } },
        },
      ],
    ]);
  });

  it('reads tasks before acknowledgements, both strongly consistent and to their last page', async () => {
    const { port, sent } = tasks((_name, { ExclusiveStartKey }: { ExclusiveStartKey?: object }) =>
      ExclusiveStartKey ? {} : { Items: [], LastEvaluatedKey: KEY },
    );
    await port.read();
    const query = (beginning: string) => ({
      TableName: 'csr',
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': { S: 'acme-prod' }, ':sk': { S: beginning } },
    });
    expect(sent).toEqual([
      ['QueryCommand', query('task#')],
      ['QueryCommand', { ...query('task#'), ExclusiveStartKey: KEY }],
      ['QueryCommand', query('ack#')],
      ['QueryCommand', { ...query('ack#'), ExclusiveStartKey: KEY }],
    ]);
  });

  it('passes over items of a form that is not known here', async () => {
    const odd = [{}, { ...ITEM, kind: { S: 'dance' } }, { ...ITEM, dueAt: { S: 'soon' } }, { ...ITEM, announced: {} }];
    const { port } = tasks((_name, { ExpressionAttributeValues: values }: never) => ({
      Items: (values as { ':sk': { S: string } })[':sk'].S === 'task#' ? [...odd, ITEM] : [],
    }));
    expect((await port.read()).tasks).toEqual([{ ...TASK, announced: 0 }]);
  });
});

describe('an acknowledgement', () => {
  it('is written before the item of its task is removed, and counts when that fails', async () => {
    const { port, sent } = tasks((name) => (name === 'DeleteItemCommand' ? failing('InternalServerError')() : {}));
    await port.acknowledge(WORD);
    expect(sent.map(([name]) => name)).toEqual(['PutItemCommand', 'DeleteItemCommand']);
    expect(sent[0]?.[1]).toEqual({
      TableName: 'csr',
      Item: {
        pk: { S: 'acme-prod' },
        sk: { S: 'ack#IFS Production' },
        connector: { S: 'IFS Production' },
        versionId: { S: 'v2' },
        by: { S: 'arn:eve' },
        at: { S: '2026-03-01T03:00:00.000Z' },
      },
    });
  });

  it('leaves its task alone when it could not be written', async () => {
    const { port, sent } = tasks(failing('InternalServerError'));
    await expect(port.acknowledge(WORD)).rejects.toMatchObject({ code: 'tasks-unavailable' });
    expect(sent.map(([name]) => name)).toEqual(['PutItemCommand']);
  });

  it('hides the item of a task that stayed behind', async () => {
    const ack = { connector: { S: 'IFS Production' }, versionId: { S: 'v2' }, by: { S: 'eve' }, at: ITEM.dueAt };
    const { port } = tasks((_name, { ExpressionAttributeValues: values }: never) => ({
      Items: [(values as { ':sk': { S: string } })[':sk'].S === 'task#' ? ITEM : ack],
    }));
    expect(await port.read()).toMatchObject({ tasks: [], acknowledgements: [{ by: 'eve', at: AT }] });
  });
});

describe('opening a task that others change', () => {
  const refused = failing('ConditionalCheckFailedException');

  it('tries again when the task was closed in between', async () => {
    let puts = 0;
    const { port, sent } = tasks((name) => (name === 'PutItemCommand' && ++puts === 1 ? refused() : {}));
    expect(await port.open(TASK)).toEqual({ ...TASK, announced: 0 });
    expect(sent.map(([name]) => name)).toEqual(['PutItemCommand', 'GetItemCommand', 'PutItemCommand']);
    expect(sent[1]?.[1]).toEqual({ TableName: 'csr', Key: KEY, ConsistentRead: true });
  });

  it('gives up when that goes on', async () => {
    const { port, sent } = tasks((name) => (name === 'PutItemCommand' ? refused() : {}));
    await expect(port.open(TASK)).rejects.toMatchObject({ code: 'tasks-unavailable' });
    expect(sent).toHaveLength(6);
  });
});

describe('a table that fails', () => {
  const calls = [
    ['read', (port: Port) => port.read()],
    ['open', (port: Port) => port.open(TASK)],
    ['close', (port: Port) => port.close(SUBJECT)],
    ['announced', (port: Port) => port.announced({ ...SUBJECT, announced: 1 })],
    ['acknowledge', (port: Port) => port.acknowledge(WORD)],
  ] as const;
  type Port = ReturnType<typeof tasks>['port'];

  it.each(calls)('%s tells its name and the name of the failure, and nothing else', async (_name, call) => {
    await expect(call(tasks(failing('AccessDeniedException')).port)).rejects.toMatchObject({
      code: 'tasks-unavailable',
      message: 'DynamoDB, csr: AccessDeniedException',
      inDoubt: true,
    });
  });

  it.each(calls)(
    '%s is sent three times while it is throttled, and nothing was carried out then',
    async (_name, call) => {
      for (const name of ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded']) {
        const { port, sent } = tasks(failing(name));
        await expect(call(port)).rejects.toMatchObject({ code: 'tasks-throttled', inDoubt: false });
        expect(sent).toHaveLength(3);
      }
    },
  );

  it.each(calls)('%s sends nothing when no time is left', async (_name, call) => {
    const { port, sent } = tasks(undefined, () => 0);
    await expect(call(port)).rejects.toMatchObject({ code: 'tasks-unavailable' });
    expect(sent).toEqual([]);
  });
});

it('a try takes no longer than it may', async () => {
  const limits: unknown[] = [];
  const send = async (_command: unknown, options: unknown) => limits.push(options);
  const client = { send } as unknown as DynamoDBClient;
  let tryMs = 300;
  const port = dynamoDbTasks(client, 'acme-prod', { tableName: 'csr', tryMs: () => tryMs });
  await port.close(SUBJECT);
  tryMs = 20;
  await port.close(SUBJECT);
  await dynamoDbTasks(client, 'acme-prod', { tableName: 'csr' }).close(SUBJECT);
  expect(limits).toEqual([{ requestTimeout: 300 }, { requestTimeout: 20 }, {}]);
});
