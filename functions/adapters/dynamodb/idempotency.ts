import { setTimeout as wait } from 'node:timers/promises';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import { tableFailure } from './table.ts';

/** For how long a key is known, in seconds. */
const KEPT_S = 86_400;
/** A draw takes milliseconds; one that has taken longer has died, and another one may take its place. */
const DRAW_MS = 3000;
/** How often another draw of the same key is waited for, and for how long each time, in milliseconds. */
const WAITS = 100;
const WAIT_MS = 50;

/** What is asked for under a key. */
export interface KeyedRequest {
  /** As the caller has chosen it. */
  readonly key: string;
  /** What has to be the same in each repeat. JSON. */
  readonly payload: object;
}

/** Which request a key stands for. */
export interface DrawnId {
  readonly requestId: string;
  /** Whether this call has drawn the id: the others got the id that it drew. */
  readonly drawn: boolean;
}

/**
 * Gives each key one request id for 24 hours.
 *
 * @param draw makes the id, and whatever has to be there before anybody is told of the id; where it throws, the key stays free
 * @throws {RotationError} `idempotency-key-reused` with another payload; `ledger-unavailable`, after which the key may be taken;
 *   whatever `draw` throws
 */
export type RequestIds = (request: KeyedRequest, draw: () => Promise<string>) => Promise<DrawnId>;

/**
 * The keys of one credential in a DynamoDB table, by Powertools' idempotency utility. Only the id is made under a key, not the run:
 * a function that dies while it waits for its run gives the key to no second one.
 *
 * @see [Idempotency](https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/)
 */
export function dynamoDbRequestIds(
  client: DynamoDBClient,
  credential: string,
  { tableName, sleep = wait }: { readonly tableName: string; readonly sleep?: (ms: number) => Promise<unknown> },
): RequestIds {
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName,
    awsSdkV3Client: client,
    keyAttr: 'pk',
    sortKeyAttr: 'sk',
    staticPkValue: credential,
    expiryAttr: 'expiresAt',
  });
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'payload',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: KEPT_S,
    hashFunction: 'sha256',
    lambdaContext: { getRemainingTimeInMillis: () => DRAW_MS } as never,
  });
  return async (request, draw) => {
    let drawn = false;
    const once = makeIdempotent(
      async (_request: KeyedRequest) => {
        const requestId = await draw();
        drawn = true;
        return requestId;
      },
      { persistenceStore, config, keyPrefix: 'idempotency' },
    );
    for (let waited = 0; ; waited++) {
      try {
        return { requestId: await once(request), drawn };
      } catch (error) {
        if (!isUnderWay(error) || waited === WAITS) throw failureOf(error, tableName);
        await sleep(WAIT_MS);
      }
    }
  };
}

/** Another call draws the id of this key right now, or has just died. */
function isUnderWay(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return ['IdempotencyAlreadyInProgressError', 'IdempotencyInconsistentStateError'].includes(name);
}

/** In our words: neither the key nor the payload is in them. */
function failureOf(error: unknown, tableName: string): unknown {
  if (isRotationError(error)) return error;
  const { name, cause } = error as { name?: string; cause?: unknown };
  if (name === 'IdempotencyValidationError')
    return new RotationError('idempotency-key-reused', 'This Idempotency-Key came with another body, or another call');
  return name === 'IdempotencyPersistenceLayerError' || isUnderWay(error)
    ? tableFailure(cause ?? error, tableName, 'ledger')
    : error;
}
