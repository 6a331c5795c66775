import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { dynamoDbAuditRecords } from '../../adapters/dynamodb/audit-records.ts';
import { dynamoDbFleetRecords } from '../../adapters/dynamodb/fleet/records.ts';
import { dynamoDbRequestIds, type RequestIds } from '../../adapters/dynamodb/idempotency.ts';
import { dynamoDbLedger } from '../../adapters/dynamodb/ledger.ts';
import { dynamoDbOverviews } from '../../adapters/dynamodb/overviews.ts';
import { dynamoDbTasks } from '../../adapters/dynamodb/tasks.ts';
import { lambdaRotateFunction } from '../../adapters/lambda/rotate-function.ts';
import { secretsManagerList } from '../../adapters/secrets-manager/secret-list.ts';
import { secretsManagerStore } from '../../adapters/secrets-manager/store.ts';
import { stepFunctionsExecutions } from '../../adapters/step-functions/executions.ts';
import { requestIdAt } from '../../credential/events/request-id.ts';
import type { Overviews } from '../../ports/api/overviews.ts';
import type { RotateFunction } from '../../ports/api/rotate-function.ts';
import type { SecretList } from '../../ports/api/secret-list.ts';
import type { AuditRecords } from '../../ports/audit/records.ts';
import type { RunLedger } from '../../ports/ledger.ts';
import type { Executions } from '../../ports/many/executions.ts';
import type { FleetRecords } from '../../ports/many/records.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Tasks } from '../../ports/tasks.ts';
import { clientOptions, requestHandlerOf } from '../surroundings/aws.ts';
import { lazily, type Outside, type Surroundings } from './parts/deployed.ts';
import { schedulesOf } from './parts/schedules.ts';

/** What the HTTP API works with. It calls neither IAMs nor connectors: `rotate` does, which it invokes. */
export interface DeployedApi {
  readonly schedules: Schedules;
  readonly storeOf: (id: string) => SecretStore;
  readonly tasksOf: (id: string) => Tasks;
  readonly ledgerOf: (id: string) => RunLedger;
  readonly auditRecords: AuditRecords;
  readonly overviews: Overviews;
  readonly secretList: SecretList;
  readonly requestIdsOf: (id: string) => RequestIds;
  /** Draws a request id. */
  readonly newRequestId: () => string;
  readonly rotateFunction: RotateFunction;
  readonly fleetRecords: FleetRecords;
  /** Of the state machine that rotates many at once. Absent in the embedded stack. */
  readonly executions: Executions | undefined;
  /** How long to wait for a run, in milliseconds. */
  readonly waitMs: number;
  /** How long a run may be alive, in milliseconds. */
  readonly leaseMs: number;
  readonly local: boolean;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The gateway answers within 30 s, whatever goes on behind it. */
const WAIT_MS = 25_000;
/** How long one try of a call to the table may take, in milliseconds. */
const TABLE_MS = 3000;

/** What the HTTP API works with, made at its first invocation. */
export function composeApi(
  variables: Readonly<Record<string, string | undefined>>,
  outside: Outside = {},
): () => DeployedApi {
  return lazily(variables, outside, deployedApi);
}

function deployedApi({ environment, aws, now, sleep }: Surroundings): DeployedApi {
  const { PREFIX: prefix, TABLE_NAME: tableName, MANY_STATE_MACHINE_ARN: stateMachineArn, timing, local } = environment;
  // Whoever says how AWS is reached may also bring what carries the calls.
  const requestHandler = requestHandlerOf(timing);
  const secretsManager = new SecretsManagerClient({ requestHandler, ...clientOptions(aws, 'secretsManager') });
  const patient = requestHandlerOf({ httpTimeoutMs: TABLE_MS });
  const table = new DynamoDBClient({ requestHandler: patient, ...clientOptions(aws, 'dynamoDb') });
  return {
    schedules: schedulesOf({ environment, aws }),
    storeOf: (id) => secretsManagerStore(secretsManager, `${prefix}/${id}`),
    tasksOf: (id) => dynamoDbTasks(table, id, { tableName }),
    ledgerOf: (id) => dynamoDbLedger(table, id, { tableName }),
    auditRecords: dynamoDbAuditRecords(table, { tableName }),
    overviews: dynamoDbOverviews(table, { tableName, now }),
    secretList: secretsManagerList(secretsManager, `${prefix}/`),
    requestIdsOf: (id) => dynamoDbRequestIds(table, id, { tableName }),
    newRequestId: () => requestIdAt(now(), randomUUID()),
    rotateFunction: lambdaRotateFunction({
      arn: environment.ROTATE_FUNCTION_ARN,
      endpoint: aws.endpoints?.lambda ?? environment.AWS_ENDPOINT_URL_LAMBDA ?? environment.AWS_ENDPOINT_URL,
      credentials: secretsManager.config.credentials,
    }),
    fleetRecords: dynamoDbFleetRecords(table, { tableName }),
    executions:
      stateMachineArn === undefined
        ? undefined
        : stepFunctionsExecutions(new SFNClient({ requestHandler: patient }), { stateMachineArn }),
    waitMs: WAIT_MS,
    leaseMs: timing.leaseMs,
    local,
    now,
    sleep,
  };
}
