import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../../credential/errors.ts';
import { type FleetHead, type FleetPlace, type FleetRecords, recordOf } from '../../../ports/many/records.ts';
import type { Item } from '../items.ts';
import { queryAll, REFUSED, type TableOptions, tableClient, unlessRefused } from '../table.ts';
import {
  chosenItem,
  jsonItem,
  listedItem,
  originItem,
  placeItem,
  readHead,
  readItem,
  readListed,
  readPlace,
} from './items.ts';

/** The most that one batch writes. */
const BATCH = 25;

/** What a fleet rotation's partition key begins with: no credential's id has a `#`. */
const FLEET_KEYS = 'many#';
/** The sort key of a fleet rotation as a whole. */
const HEAD = 'head';
/** Where the place and the list are: no execution's id is empty. */
const ALL = '';
/** The sort key of the place. */
const PLACE = 'under-way';
/** What the sort keys of the list begin with; times in their order follow. */
const ASKED = 'asked#';

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

  const readPlaceNow = async () => {
    const read = new GetItemCommand({ TableName, Key: keyOf(ALL, PLACE), ConsistentRead: true });
    const { Item: item } = await client.send(read);
    return item && readPlace(item);
  };

  const list = async (head: FleetHead) => {
    if (head.request.dryRun) return;
    const sk = `${ASKED}${head.requestedAt.toISOString()}#${head.executionId}`;
    await client.send(new PutItemCommand({ TableName, Item: { ...keyOf(ALL, sk), ...listedItem(head) } }));
  };

  const writeBatch = async (items: readonly Item[]) => {
    let RequestItems: BatchWriteItemCommandOutput['UnprocessedItems'] = {
      [TableName]: items.map((Item) => ({ PutRequest: { Item } })),
    };
    while (RequestItems && Object.keys(RequestItems).length > 0)
      ({ UnprocessedItems: RequestItems } = await client.send(new BatchWriteItemCommand({ RequestItems })));
  };

  const unreadable = (what: string): never => {
    throw new RotationError('ledger-unavailable', `DynamoDB, ${TableName}: the ${what} cannot be read`);
  };

  return {
    take: async (place, from) => {
      const put = new PutItemCommand({
        TableName,
        Item: { ...keyOf(ALL, PLACE), ...placeItem(place) },
        ...mayTake(place, from),
      });
      if (await unlessRefused(client.send(put))) return place;
      return (await readPlaceNow()) ?? unreadable('place of fleet rotations');
    },
    ask: async (origin) => {
      const Item = { ...keyOf(origin.executionId, HEAD), ...originItem(origin) };
      const put = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      const isFirst = await unlessRefused(client.send(put));
      const head = isFirst ? origin : ((await readHeadOf(origin.executionId)) ?? unreadable('fleet rotation'));
      // By a repeat as well: the call before may have come to no end.
      await list(head);
      return head;
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
    recent: async (limit) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: { ':pk': { S: partitionOf(ALL) }, ':sk': { S: ASKED } },
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      const heads = await Promise.all(Items.map(async (item) => await readHeadOf(readListed(item) ?? '')));
      return heads.filter((head) => head !== undefined);
    },
    head: readHeadOf,
    read: async (executionId) => {
      const head = await readHeadOf(executionId);
      if (!head) return undefined;
      const all = await queryAll(client, { TableName, partition: partitionOf(executionId), beginning: 'item#' });
      return { head, items: all.flatMap((item) => readItem(item) ?? []) };
    },
  };
}

/** A place that is free, one's own, or that of whom it is taken from. */
function mayTake({ executionId }: FleetPlace, from?: FleetPlace) {
  const before = from && { ':from': { S: from.executionId }, ':since': { S: from.takenAt.toISOString() } };
  return {
    ConditionExpression: [
      'attribute_not_exists(pk)',
      'executionId = :own',
      ...(from ? ['(executionId = :from AND takenAt = :since)'] : []),
    ].join(' OR '),
    ExpressionAttributeValues: { ':own': { S: executionId }, ...before },
  };
}

function unknown(executionId: string): RotationError {
  const next = 'See the answer of the call that has started it.';
  return new RotationError('rotation-unknown', `There is no fleet rotation ${executionId}`, { next });
}
