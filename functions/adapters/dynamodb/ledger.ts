import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { REQUEST_ID } from '../../credential/events/request-id.ts';
import type { RunLedger, RunOrigin } from '../../ports/ledger.ts';
import type { Item } from './items.ts';
import { endItem, originItem, pointerItem, readEntry, rotationIdOf } from './ledger-items.ts';
import { type Stage, summarized, summaryKey } from './summary.ts';
import { REFUSED, type TableOptions, tableClient, unlessRefused } from './table.ts';

/**
 * The runs of one credential in a DynamoDB table: one item a run, whose sort key sorts by time, one item a rotation that leads to its
 * run, and the last run once more, in the credential's summary.
 *
 * @param sdk its retries are safe: every write is idempotent
 * @param credential the id, which is the partition key
 */
export function dynamoDbLedger(
  sdk: Pick<DynamoDBClient, 'send'>,
  credential: string,
  options: TableOptions,
): RunLedger {
  const { tableName: TableName } = options;
  const client = tableClient(sdk, options, { about: 'ledger', expected: [REFUSED] });
  const keyOf = (sk: string): Item => ({ pk: { S: credential }, sk: { S: sk } });
  const put = (sk: string, item: Item) =>
    client.send(new PutItemCommand({ TableName, Item: { ...keyOf(sk), ...item } }));
  const get = async (sk: string): Promise<Item | undefined> => {
    const read = new GetItemCommand({ TableName, Key: keyOf(sk), ConsistentRead: true });
    return (await client.send(read)).Item;
  };
  /** Sets attributes of a run, under a condition. */
  const set = (run: RunOrigin, attributes: Item, ConditionExpression: string) => {
    const names = Object.keys(attributes);
    const update = new UpdateItemCommand({
      TableName,
      Key: keyOf(runKey(run.requestId)),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        names.map((name) => [`:${name}`, attributes[name] ?? { NULL: true }]),
      ),
    });
    return unlessRefused(client.send(update));
  };

  /** Makes a run the last one of its credential, as lists show it. */
  const summarize = ({ requestId }: RunOrigin, attributes: Item, stage?: Stage) => {
    const input = { TableName, Key: summaryKey(credential), ...summarized(requestId, attributes, stage) };
    return unlessRefused(client.send(new UpdateItemCommand(input)));
  };

  return {
    accept: async (run) => {
      const origin = originItem(run);
      await settled([set(run, origin, 'attribute_not_exists(#origin)'), summarize(run, origin)]);
    },
    begin: async (run, begunAt) => {
      const attributes = { ...originItem(run), begunAt: { S: begunAt.toISOString() } };
      // A repeat of this call by the SDK is no second delivery.
      const first = set(run, attributes, 'attribute_not_exists(#begunAt) OR #begunAt = :begunAt');
      return (await settled([first, summarize(run, attributes, 'begunAt')]))[0];
    },
    end: async (run, end) => {
      const attributes = endItem(run, end);
      const rotationId = rotationIdOf(end);
      await settled([
        set(run, attributes, 'attribute_not_exists(#end)'),
        summarize(run, attributes, 'end'),
        rotationId === undefined ? Promise.resolve() : put(`rotation#${rotationId}`, pointerItem(run)),
      ]);
    },
    find: async (id) => {
      const item = REQUEST_ID.test(id) ? await get(runKey(id)) : undefined;
      if (item) return readEntry(item);
      const requestId = (await get(`rotation#${id}`))?.requestId?.S;
      const named = requestId === undefined ? undefined : await get(runKey(requestId));
      return named && readEntry(named);
    },
    list: async ({ limit, after }) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :run)',
          ExpressionAttributeValues: { ':pk': { S: credential }, ':run': { S: runKey('') } },
          ScanIndexForward: false,
          // One more than is shown tells whether there is another page.
          Limit: limit + 1,
          ...(after !== undefined && { ExclusiveStartKey: keyOf(runKey(after)) }),
        }),
      );
      const shown = Items.slice(0, limit);
      const last = Items.length > limit ? requestIdIn(shown.at(-1)) : undefined;
      return { entries: shown.flatMap((item) => readEntry(item) ?? []), ...(last !== undefined && { last }) };
    },
  };
}

/** Waits for every write, and throws the first failure: none goes on after its run has ended. */
async function settled<T extends readonly unknown[]>(writes: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(writes);
  return (await Promise.all(writes)) as unknown as T;
}

function runKey(requestId: string): string {
  return `run#${requestId}`;
}

function requestIdIn(item: Item | undefined): string | undefined {
  return item?.sk?.S?.slice(runKey('').length);
}
