import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../credential/errors.ts';
import type { Overviews } from '../../ports/api/overviews.ts';
import { auditKey, readAudit } from './audit-records.ts';
import type { Item } from './items.ts';
import { readLastRun, readRemembered, rememberedItem, summaryKey } from './summary.ts';
import { type TableOptions, tableClient } from './table.ts';

/** The most items that one call reads: two of each credential on a page of 50. */
const MOST_KEYS = 100;
/** How often what DynamoDB has left out of an answer is asked for. */
const ROUNDS = 4;
/** For how long what was read is remembered, in seconds: of a credential that is gone it is forgotten. */
const KEPT_S = 400 * 86_400;

/** What the table knows of credentials: a summary of each, and the record of its audits. */
export function dynamoDbOverviews(
  sdk: Pick<DynamoDBClient, 'send'>,
  { now, ...options }: TableOptions & { readonly now: () => Date },
): Overviews {
  const { tableName } = options;
  const client = tableClient(sdk, options, { about: 'ledger', expected: [] });
  return {
    read: async (ids) => {
      const keys = ids.flatMap((id) => [summaryKey(id), auditKey(id)]);
      const items = await getAll(client, { tableName, keys });
      const byKey = new Map(items.map((item) => [textOf(item), item]));
      const at = (key: Item) => byKey.get(textOf(key)) ?? {};
      return new Map(
        ids.map((id) => {
          const summary = at(summaryKey(id));
          const remembered = readRemembered(summary);
          return [id, { lastRun: readLastRun(summary), audit: readAudit(at(auditKey(id))), remembered }] as const;
        }),
      );
    },
    remember: async (id, remembered) => {
      const expiresAt = { N: String(Math.floor(now().getTime() / 1000) + KEPT_S) };
      const item = { ...rememberedItem(remembered), expiresAt };
      const names = Object.keys(item);
      const update = new UpdateItemCommand({
        TableName: tableName,
        Key: summaryKey(id),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
      });
      await client.send(update);
    },
  };
}

function textOf({ pk, sk }: Item): string {
  return JSON.stringify([pk?.S, sk?.S]);
}

/** @see [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html): an answer may lack items */
async function getAll(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName, keys }: { readonly tableName: string; readonly keys: readonly Item[] },
): Promise<Item[]> {
  const items: Item[] = [];
  let left = keys;
  for (let rounds = 0; left.length > 0 && rounds < ROUNDS * Math.ceil(keys.length / MOST_KEYS); rounds++) {
    const Keys = left.slice(0, MOST_KEYS);
    const answer: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
    );
    items.push(...(answer.Responses?.[tableName] ?? []));
    left = [...(answer.UnprocessedKeys?.[tableName]?.Keys ?? []), ...left.slice(MOST_KEYS)];
  }
  if (left.length > 0) throw new RotationError('ledger-throttled', `DynamoDB, ${tableName}: too many calls`);
  return items;
}
