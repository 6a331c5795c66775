import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  eventBridgeSchedules,
  type SchedulesOptions,
} from '../../../adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { secretsManagerPins } from '../../../adapters/secrets-manager/pins.ts';
import type { Schedules } from '../../../ports/schedules.ts';
import { clientOptions, requestHandlerOf } from '../../surroundings/aws.ts';
import type { Environment } from '../../surroundings/environment.ts';
import type { Surroundings } from './deployed.ts';

/**
 * The stack's schedules, with the settings in them.
 *
 * @param pins what the settings are compared with @default - nothing
 */
export function schedulesOf(
  { environment, aws }: Pick<Surroundings, 'environment' | 'aws'>,
  pins: Pick<SchedulesOptions, 'pinOf'> = {},
): Schedules {
  const requestHandler = requestHandlerOf(environment.timing);
  const client = new SchedulerClient({ requestHandler, ...clientOptions(aws, 'scheduler') });
  return eventBridgeSchedules(client, {
    context: { prefix: environment.PREFIX, local: environment.local },
    group: environment.SCHEDULE_GROUP,
    onceGroup: environment.ONCE_GROUP,
    roleArn: environment.SCHEDULER_ROLE_ARN,
    deadLetterQueueArn: environment.DLQ_ARN,
    ...(environment.KEY_ARN === undefined ? {} : { keyArn: environment.KEY_ARN }),
    targets: { rotate: environment.ROTATE_FUNCTION_ARN, retire: environment.RETIRE_FUNCTION_ARN },
    ...pins,
  });
}

/** What settings are compared with, where the stack wrote it. */
export function pinning(
  { PREFIX, SETTINGS_PINNED }: Environment,
  client: SecretsManagerClient,
): Pick<SchedulesOptions, 'pinOf'> {
  return SETTINGS_PINNED ? { pinOf: secretsManagerPins(client, PREFIX) } : {};
}
