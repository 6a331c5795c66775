import { randomBytes, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Queues, queueUrls } from '../../adapters/agent-connector/queues.ts';
import type { Patience } from '../../adapters/aws/throttled.ts';
import { dynamoDbLedger } from '../../adapters/dynamodb/ledger.ts';
import { dynamoDbTasks } from '../../adapters/dynamodb/tasks.ts';
import { eventBridgeEvents } from '../../adapters/event-bridge/events.ts';
import { createFetch, type Fetch } from '../../adapters/http/fetch.ts';
import { accessSecrets } from '../../adapters/secrets-manager/access-secrets.ts';
import { secretsManagerInbox } from '../../adapters/secrets-manager/inbox.ts';
import { Secret } from '../../credential/secret/secret.ts';
import type { Events } from '../../ports/events.ts';
import type { Inbox } from '../../ports/inbox.ts';
import type { RunLedger } from '../../ports/ledger.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { Tasks } from '../../ports/tasks.ts';
import { clientOptions, requestHandlerOf } from '../surroundings/aws.ts';
import type { Environment } from '../surroundings/environment.ts';
import { lazily, type Outside, type Surroundings } from './parts/deployed.ts';
import { type OtherAccounts, otherAccounts, type SecretsIn } from './parts/other-accounts.ts';
import { pinning, schedulesOf } from './parts/schedules.ts';
import { kmsSigners, type SignerOf } from './parts/signer.ts';

/** Everything that touches the world. The fault laboratory and the tests bring their own. */
export interface World extends SecretsIn {
  /** The same in the account of a credential whose secrets lie there. @default - nothing lies elsewhere */
  readonly elsewhere?: OtherAccounts;
  readonly schedules: Schedules;
  /** The tasks and acknowledgements of a credential. A try of theirs may wait for `tryMs` milliseconds, where that is given. */
  readonly tasks: (credential: string, tryMs?: () => number) => Tasks;
  /** The runs of a credential. A try of its may wait for `tryMs` milliseconds, where that is given. */
  readonly ledger: (credential: string, tryMs?: () => number) => RunLedger;
  /** Signs with keys that nobody can read. */
  readonly signer: SignerOf;
  /** The inbox of a credential. */
  readonly inboxes: (credential: string, client: SecretsManagerClient, patience: Patience) => Inbox;
  readonly events: Events;
  readonly fetch: Fetch;
  /** The access secret with the user that the proxy asks for. @default - there is no proxy, or it asks for none */
  readonly proxySecretId?: string;
  /** The queues between runs and agents. */
  readonly queues: Queues;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly newSecret: () => Secret;
  readonly newId: () => string;
}

/** The real world, as the functions meet it. Built once for each warm function. */
function realWorld({ environment, aws, now, sleep }: Surroundings): World {
  const { httpTimeoutMs } = environment.timing;
  const requestHandler = requestHandlerOf(environment.timing);
  const secretsManager = new SecretsManagerClient({ ...clientOptions(aws, 'secretsManager'), requestHandler });
  const table = new DynamoDBClient({ ...clientOptions(aws, 'dynamoDb'), requestHandler });
  const bus = new EventBridgeClient({ ...clientOptions(aws, 'eventBridge'), requestHandler });
  const { PREFIX: prefix, TABLE_NAME: tableName } = environment;
  const remembered = new Map<string, unknown>();
  return {
    secretsManager,
    accessSecrets: (client, patience) => accessSecrets(client, { ...patience, remembered }),
    elsewhere: otherAccounts({ environment, aws }, secretsManager),
    schedules: schedulesOf({ environment, aws }, pinning(environment, secretsManager)),
    tasks: (credential, tryMs) => dynamoDbTasks(table, credential, { tableName, tryMs }),
    ledger: (credential, tryMs) => dynamoDbLedger(table, credential, { tableName, tryMs }),
    inboxes: (credential, client, patience) => secretsManagerInbox(client, `${prefix}-inbox/${credential}`, patience),
    events: eventBridgeEvents(bus, { stack: prefix }),
    queues: {
      client: new SQSClient({
        ...clientOptions(aws, 'sqs'),
        requestHandler,
        maxAttempts: 1,
        useQueueUrlAsEndpoint: false,
      }),
      urlOf: queueUrls(environment.DLQ_ARN),
    },
    signer: kmsSigners({ environment, aws }, secretsManager.config.credentials),
    fetch: createFetch({
      ...(environment.ALLOWED_HOSTS && { allowedHosts: environment.ALLOWED_HOSTS }),
      local: environment.local,
      privateTargets: environment.PRIVATE_TARGETS === 'true',
      ...(environment.PROXY_URL !== undefined && { proxy: { url: environment.PROXY_URL } }),
      now,
      timeoutMs: httpTimeoutMs,
    }),
    ...(environment.PROXY_SECRET !== undefined && { proxySecretId: environment.PROXY_SECRET }),
    now,
    sleep,
    newSecret: () => new Secret(randomBytes(32).toString('base64url')),
    newId: randomUUID,
  };
}

/** What `rotate` and `retire` work with. */
export interface DeployedRuns {
  readonly environment: Environment;
  readonly world: World;
}

/** What `rotate` and `retire` work with, made at their first invocation. */
export function composeRuns(
  variables: Readonly<Record<string, string | undefined>>,
  outside: Outside = {},
): () => DeployedRuns {
  return lazily(variables, outside, deployedRuns);
}

/** The environment of a function, and the real world around it. */
export function deployedRuns(surroundings: Surroundings): DeployedRuns {
  return { environment: surroundings.environment, world: realWorld(surroundings) };
}
