import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RotationError } from '../../credential/errors.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { bearThrottling, type Patience, ThrottledError } from '../aws/throttled.ts';

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
