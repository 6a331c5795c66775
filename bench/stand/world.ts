import { randomBytes, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDbLedger } from '../../functions/adapters/dynamodb/ledger.ts';
import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { eventBridgeEvents } from '../../functions/adapters/event-bridge/events.ts';
import { eventBridgeSchedules } from '../../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import type { Fetch } from '../../functions/adapters/http/fetch.ts';
import { accessSecrets } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import { secretsManagerInbox } from '../../functions/adapters/secrets-manager/inbox.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { World } from '../../functions/lambda/compose/runs.ts';
import type { Environment } from '../../functions/lambda/surroundings/environment.ts';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { PREFIX } from './prefix.ts';
import type { Service } from './services.ts';
import { ACCESS } from './systems.ts';

/** What a world is reached through. */
export interface Ways {
  readonly handlers: Readonly<Record<Service, Handler>>;
  readonly fetch: Fetch;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What an SDK client is told so that it calls a handler. */
export function options(handler: Handler) {
  return { ...ACCESS, endpoint: 'https://aws.example.com', requestHandler: inProcess(handler) };
}

/** The world of one execution environment as the functions compose it, without sockets: the SDK's clients and all adapters are real. */
export function worldOf({ handlers, fetch, now, sleep }: Ways, environment: Environment): World {
  const table = new DynamoDBClient(options(handlers.table));
  const { TABLE_NAME: tableName } = environment;
  const remembered = new Map<string, unknown>();
  return {
    secretsManager: new SecretsManagerClient(options(handlers['secrets-manager'])),
    accessSecrets: (client, patience) => accessSecrets(client, { ...patience, remembered }),
    schedules: eventBridgeSchedules(new SchedulerClient(options(handlers.scheduler)), {
      context: { prefix: PREFIX, local: environment.local },
      group: environment.SCHEDULE_GROUP,
      onceGroup: environment.ONCE_GROUP,
      roleArn: environment.SCHEDULER_ROLE_ARN,
      deadLetterQueueArn: environment.DLQ_ARN,
      targets: { rotate: environment.ROTATE_FUNCTION_ARN, retire: environment.RETIRE_FUNCTION_ARN },
    }),
    tasks: (credential, tryMs) => dynamoDbTasks(table, credential, { tableName, tryMs }),
    ledger: (credential, tryMs) => dynamoDbLedger(table, credential, { tableName, tryMs }),
    inboxes: (credential, client, patience) => secretsManagerInbox(client, `${PREFIX}-inbox/${credential}`, patience),
    events: eventBridgeEvents(new EventBridgeClient(options(handlers['event-bridge'])), { stack: PREFIX }),
    queues: {
      client: new SQSClient({ ...options(handlers.sqs), useQueueUrlAsEndpoint: false }),
      urlOf: (name) => `https://sqs.example.com/${name}`,
    },
    signer: () => ({ sign: () => Promise.reject(new Error('Nothing is signed here')) }),
    fetch,
    now,
    sleep,
    newSecret: () => new Secret(randomBytes(32).toString('base64url')),
    newId: randomUUID,
  };
}
