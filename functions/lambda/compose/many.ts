import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { dynamoDbFleetRecords } from '../../adapters/dynamodb/fleet/records.ts';
import { eventBridgeEvents } from '../../adapters/event-bridge/events.ts';
import { eventBridgeScheduleWatch } from '../../adapters/event-bridge-schedules/schedule-watch.ts';
import { s3FleetFiles } from '../../adapters/s3/fleet-files.ts';
import { requestIdAt } from '../../credential/events/request-id.ts';
import type { FinishDeps } from '../../many/finish.ts';
import type { SelectDeps } from '../../many/select.ts';
import { requestHandlerOf } from '../surroundings/aws.ts';
import { lazily, type Surroundings } from './parts/deployed.ts';

/** What the function of fleet rotations works with. */
export type DeployedMany = SelectDeps & FinishDeps;

/** What the function of fleet rotations works with, made at its first invocation. */
export function composeMany(variables: Readonly<Record<string, string | undefined>>): () => DeployedMany {
  return lazily(variables, {}, deployedMany);
}

function deployedMany({ environment, now, sleep }: Surroundings): DeployedMany {
  const { PREFIX: prefix, SCHEDULE_GROUP: group, ONCE_GROUP: onceGroup, local, MANY_BUCKET: bucket = '' } = environment;
  const requestHandler = requestHandlerOf(environment.timing);
  const scheduler = new SchedulerClient({ requestHandler });
  const watch = eventBridgeScheduleWatch(scheduler, { context: { prefix, local }, group, onceGroup });
  return {
    ids: () => watch.ids(),
    settings: async (id) => (await watch.read(id)).credential,
    records: dynamoDbFleetRecords(new DynamoDBClient({ requestHandler }), { tableName: environment.TABLE_NAME }),
    // An emulator has no name for each bucket.
    files: s3FleetFiles(new S3Client({ requestHandler, forcePathStyle: local }), { bucket }),
    events: eventBridgeEvents(new EventBridgeClient({ requestHandler }), { stack: prefix }),
    newRequestId: () => requestIdAt(now(), randomUUID()),
    now,
    sleep,
  };
}
