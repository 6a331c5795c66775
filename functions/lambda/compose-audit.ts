import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { dynamoDbAuditRecords } from '../adapters/dynamodb/audit-records.ts';
import { eventBridgeScheduleWatch } from '../adapters/event-bridge-schedules/schedule-watch.ts';
import type { AuditDeps } from '../audit/audit.ts';
import type { AuditTelling } from '../audit/notes/telling.ts';
import type { AuditRecords } from '../ports/audit/records.ts';
import type { ScheduleWatch } from '../ports/audit/schedule-watch.ts';
import { clientOptions, type Deployed, lazily, type Outside, requestHandlerOf, runDeps } from './compose.ts';

/** What an audit works with beside what a run does. */
export interface DeployedAudit extends Deployed {
  readonly watch: ScheduleWatch;
  readonly records: AuditRecords;
}

/** No look at one credential takes longer, in milliseconds: what hangs must not keep the others waiting. */
const LOOK_MS = 60_000;

/** The same as {@link lazily}, with what an audit needs beside it. */
export function lazilyAudit(
  variables: Readonly<Record<string, string | undefined>>,
  outside: Outside = {},
): () => DeployedAudit {
  const deployed = lazily(variables, outside);
  let known: DeployedAudit | undefined;
  return () => {
    known ??= withAudit(deployed());
    return known;
  };
}

function withAudit(deployed: Deployed): DeployedAudit {
  const { environment, aws } = deployed;
  const requestHandler = requestHandlerOf(environment.timing);
  const { PREFIX: prefix, SCHEDULE_GROUP: group, ONCE_GROUP: onceGroup, TABLE_NAME: tableName, local } = environment;
  const scheduler = new SchedulerClient({ ...clientOptions(aws, 'scheduler'), requestHandler });
  const table = new DynamoDBClient({ ...clientOptions(aws, 'dynamoDb'), requestHandler });
  return {
    ...deployed,
    watch: eventBridgeScheduleWatch(scheduler, { context: { prefix, local }, group, onceGroup }),
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
