import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../../credential/errors.ts';
import { type FleetItem, type FleetRecords, recordOf } from '../../../ports/many/records.ts';
import { awsErrorName } from '../../aws/aws-error.ts';
import type { Item } from '../items.ts';
import { type TableOptions, tableClient } from '../table.ts';
import { chosenItem, jsonItem, originItem, readHead, readItem } from './items.ts';

const REFUSED = 'ConditionalCheckFailedException';
/** The most that one batch writes. */
const BATCH = 25;

/** What a fleet rotation's partition key begins with: no credential's id has a `#`. */
const FLEET_KEYS = 'many#';
/** The sort key of a fleet rotation as a whole. */
const HEAD = 'head';

/**
 * Fleet rotations in a DynamoDB table: one item a fleet rotation, and one a credential of it. The state machine writes to them, too:
 * `infra/many/definition.ts`.
 *
 * @param sdk its retries are safe: every write is idempotent
 */
export function dynamoDbFleetRecords(sdk: Pick<DynamoDBClient, 'send'>, options: TableOptions): FleetRecords {
  const { tableName: TableName } = options;
  const client = tableClient(sdk, options, { about: 'ledger', expected: [REFUSED] });
  const keyOf = (executionId: string, sk: string): Item => ({
    pk: { S: `${FLEET_KEYS}${executionId}` },
    sk: { S: sk },
  });

  const readHeadOf = async (executionId: string) => {
    const read = new GetItemCommand({ TableName, Key: keyOf(executionId, HEAD), ConsistentRead: true });
    const { Item: item } = await client.send(read);
    return item && readHead(item);
  };

  /** Sets one attribute of the head. @returns whether its condition held */
  const set = async (executionId: string, [name, value]: [string, unknown], ConditionExpression: string) =>
    await unlessRefused(
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: keyOf(executionId, HEAD),
          UpdateExpression: 'SET #name = :value',
          ConditionExpression,
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': jsonItem(value) },
        }),
      ),
    );

  const writeBatch = async (items: readonly Item[]) => {
    let RequestItems: BatchWriteItemCommandOutput['UnprocessedItems'] = {
      [TableName]: items.map((Item) => ({ PutRequest: { Item } })),
    };
    while (RequestItems && Object.keys(RequestItems).length > 0)
      ({ UnprocessedItems: RequestItems } = await client.send(new BatchWriteItemCommand({ RequestItems })));
  };

  return {
    ask: async (origin) => {
      const Item = { ...keyOf(origin.executionId, HEAD), ...originItem(origin) };
      const put = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      if (await unlessRefused(client.send(put))) return origin;
      const known = await readHeadOf(origin.executionId);
      if (known) return known;
      throw new RotationError('ledger-unavailable', `DynamoDB, ${TableName}: the fleet rotation cannot be read`);
    },
    chosen: async (executionId, waves, items) => {
      const { requestedAt = new Date(0) } = (await readHeadOf(executionId)) ?? {};
      const all = items.map((item) => ({ ...keyOf(executionId, recordOf(item)), ...chosenItem(item, requestedAt) }));
      for (let at = 0; at < all.length; at += BATCH) await writeBatch(all.slice(at, at + BATCH));
      await set(executionId, ['waves', waves], 'attribute_exists(pk)');
    },
    stop: async (executionId, by, at) => {
      if (await set(executionId, ['stopped', { by, at }], 'attribute_exists(pk) AND attribute_not_exists(#name)'))
        return;
      if (!(await readHeadOf(executionId))) throw unknown(executionId);
    },
    end: async (executionId, ended) => {
      await set(executionId, ['ended', ended], 'attribute_exists(pk) AND attribute_not_exists(#name)');
    },
    read: async (executionId) => {
      const head = await readHeadOf(executionId);
      if (!head) return undefined;
      const items: FleetItem[] = [];
      for await (const page of pagesOf(client, { TableName, pk: keyOf(executionId, '').pk })) {
        items.push(...page.flatMap((item) => readItem(item) ?? []));
      }
      return { head, items };
    },
  };
}

async function* pagesOf(
  client: Pick<DynamoDBClient, 'send'>,
  { TableName, pk = { S: '' } }: { readonly TableName: string; readonly pk: Item[string] | undefined },
): AsyncIterable<Item[]> {
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :item)',
        ExpressionAttributeValues: { ':pk': pk, ':item': { S: 'item#' } },
        ExclusiveStartKey,
      }),
    );
    yield page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}

function unknown(executionId: string): RotationError {
  const next = 'See the answer of the call that has started it.';
  return new RotationError('rotation-unknown', `There is no fleet rotation ${executionId}`, { next });
}

/** Whether a write was carried out, and not refused by its condition. */
async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (awsErrorName(error) === REFUSED) return false;
    throw error;
  }
}
