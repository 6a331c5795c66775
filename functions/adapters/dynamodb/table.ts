import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../credential/errors.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { bearThrottling, type Patience, ThrottledError } from '../aws/throttled.ts';
import type { Item } from './items.ts';

/** The condition of a write did not hold. */
export const REFUSED = 'ConditionalCheckFailedException';

/** One DynamoDB table: its partition key is `pk`, its sort key `sk`, and `expiresAt` says when an item may be removed. */
export interface TableOptions {
  readonly tableName: string;
  /** How long it bears with throttling. */
  readonly patience?: Patience;
  /** How long one try may wait for an answer, in milliseconds. @default - as long as the client waits */
  readonly tryMs?: (() => number) | undefined;
}

/** Whose items are read and written: it begins the codes of failures. */
type About = 'tasks' | 'ledger';

/** The part of the client that sends. */
type Sender = Pick<DynamoDBClient, 'send'>;

/**
 * A client for one table. It sends again what was throttled, and its errors are ours but for the ones that its caller expects.
 *
 * @param expected names of errors that are thrown as they are
 * @throws {RotationError} `tasks-throttled` or `tasks-unavailable`, `ledger-throttled` or `ledger-unavailable`
 */
export function tableClient(
  client: Sender,
  { tableName, patience = {}, tryMs }: TableOptions,
  { about, expected }: { readonly about: About; readonly expected: readonly string[] },
): Sender {
  const send = async (command: Parameters<typeof bearThrottling>[0]['command']) => {
    const limit = tryMs ? { requestTimeout: tryMs() } : {};
    if (limit.requestTimeout !== undefined && limit.requestTimeout <= 0) throw noTime(tableName, about);
    try {
      const sendOnce = () => client.send(command as never, limit);
      return await bearThrottling({ what: tableName, command }, sendOnce, patience);
    } catch (error) {
      throw expected.includes(awsErrorName(error)) ? error : tableFailure(error, tableName, about);
    }
  };
  return { send: send as unknown as Sender['send'] };
}

/** A failure of DynamoDB, in our words: its name and what it is about, never an item. */
export function tableFailure(error: unknown, tableName: string, about: About): RotationError {
  if (error instanceof ThrottledError)
    return new RotationError(`${about}-throttled`, `DynamoDB, ${tableName}: too many calls`);
  return new RotationError(`${about}-unavailable`, `DynamoDB, ${tableName}: ${awsErrorName(error)}`);
}

function noTime(tableName: string, about: About): RotationError {
  return new RotationError(`${about}-unavailable`, `No time is left to call DynamoDB, ${tableName}`);
}

/** Whether a write was carried out, and not refused by its condition. */
export async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (awsErrorName(error) === REFUSED) return false;
    throw error;
  }
}

/** The items of a partition whose sort keys begin alike. */
interface Beginning {
  readonly TableName: string;
  /** The partition key. */
  readonly partition: string;
  /** Of the sort key. */
  readonly beginning: string;
}

/** Reads all of them, as they are at this moment. */
export async function queryAll(client: Sender, { TableName, partition, beginning }: Beginning): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': { S: partition }, ':sk': { S: beginning } },
        ExclusiveStartKey,
      }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}
