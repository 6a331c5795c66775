import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { eventBridgeSchedules } from '../../adapters/event-bridge-schedules/event-bridge-schedules.ts';
import type { Schedules } from '../../ports/schedules.ts';
import { clientOptions, requestHandlerOf } from '../surroundings/aws.ts';
import type { Surroundings } from './deployed.ts';

/** The stack's schedules, with the settings in them. */
export function schedulesOf({ environment, aws }: Pick<Surroundings, 'environment' | 'aws'>): Schedules {
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
  });
}
