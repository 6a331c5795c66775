import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../../credential/errors.ts';
import { type FleetRecords, recordOf } from '../../../ports/many/records.ts';
import type { Item } from '../items.ts';
import { queryAll, REFUSED, type TableOptions, tableClient, unlessRefused } from '../table.ts';
import { chosenItem, jsonItem, originItem, readHead, readItem } from './items.ts';

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
  const partitionOf = (executionId: string) => `${FLEET_KEYS}${executionId}`;
  const keyOf = (executionId: string, sk: string): Item => ({ pk: { S: partitionOf(executionId) }, sk: { S: sk } });

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
      const all = await queryAll(client, { TableName, partition: partitionOf(executionId), beginning: 'item#' });
      return { head, items: all.flatMap((item) => readItem(item) ?? []) };
    },
  };
}

function unknown(executionId: string): RotationError {
  const next = 'See the answer of the call that has started it.';
  return new RotationError('rotation-unknown', `There is no fleet rotation ${executionId}`, { next });
}
