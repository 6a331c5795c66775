import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { dynamoDbAuditRecords } from '../../adapters/dynamodb/audit-records.ts';
import { eventBridgeScheduleWatch } from '../../adapters/event-bridge-schedules/schedule-watch.ts';
import type { AuditDeps } from '../../audit/audit.ts';
import type { AuditTelling } from '../../audit/notes/telling.ts';
import type { AuditRecords } from '../../ports/audit/records.ts';
import type { ScheduleWatch } from '../../ports/audit/schedule-watch.ts';
import { clientOptions, requestHandlerOf } from '../surroundings/aws.ts';
import { lazily, type Outside, type Surroundings } from './parts/deployed.ts';
import { pinning } from './parts/schedules.ts';
import { runDeps } from './run-deps.ts';
import { type DeployedRuns, deployedRuns } from './runs.ts';

/** What an audit works with beside what a run does. */
export interface DeployedAudit extends DeployedRuns {
  readonly watch: ScheduleWatch;
  readonly records: AuditRecords;
}

/** No look at one credential takes longer, in milliseconds: what hangs must not keep the others waiting. */
const LOOK_MS = 60_000;

/** What `audit` works with, made at its first invocation. */
export function composeAudit(
  variables: Readonly<Record<string, string | undefined>>,
  outside: Outside = {},
): () => DeployedAudit {
  return lazily(variables, outside, deployedAudit);
}

function deployedAudit(surroundings: Surroundings): DeployedAudit {
  const { environment, aws } = surroundings;
  const requestHandler = requestHandlerOf(environment.timing);
  const { PREFIX: prefix, SCHEDULE_GROUP: group, ONCE_GROUP: onceGroup, TABLE_NAME: tableName, local } = environment;
  const scheduler = new SchedulerClient({ ...clientOptions(aws, 'scheduler'), requestHandler });
  const table = new DynamoDBClient({ ...clientOptions(aws, 'dynamoDb'), requestHandler });
  const runs = deployedRuns(surroundings);
  return {
    ...runs,
    watch: eventBridgeScheduleWatch(scheduler, {
      context: { prefix, local },
      group,
      onceGroup,
      ...pinning(environment, runs.world.secretsManager),
    }),
    records: dynamoDbAuditRecords(table, { tableName }),
  };
}

/** What one audit works with. Of a run's dependencies it uses only what reads. */
export function auditDeps(
  { environment, world, watch, records }: DeployedAudit,
  { remainingMs, tell, repair }: { remainingMs: () => number; tell: AuditTelling; repair: boolean },
): AuditDeps {
  const { now, sleep, events, schedules, ledger } = world;
  const deployment = { prefix: environment.PREFIX, timing: environment.timing };
  return {
    watch,
    records,
    events,
    ledgerOf: (id) => ledger(id),
    depsOf: (credential) => {
      const endsAt = now().getTime() + LOOK_MS;
      const leftMs = () => Math.min(remainingMs(), endsAt - now().getTime());
      return runDeps(credential, deployment, { world, remainingMs: leftMs });
    },
    ...(repair && { repairs: schedules }),
    tell,
    now,
    sleep,
    remainingMs,
  };
}
