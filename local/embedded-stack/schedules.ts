import { CreateScheduleCommand, CreateScheduleGroupCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { AUDIT_SCHEDULE, auditEvent } from '../../functions/credential/events/audit.ts';
import type { AwsOptions } from './aws.ts';
import { ACCOUNT, functionArn } from './names.ts';

/** Makes the schedules that a stack has before it has a credential: both groups, and when audits begin. */
export async function makeSchedules(
  scheduler: SchedulerClient,
  { prefix, audits = true }: Pick<AwsOptions, 'prefix' | 'audits'>,
): Promise<void> {
  const once = `${prefix}-once`;
  for (const Name of [prefix, once]) await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  if (!audits) return;
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'audit',
      GroupName: once,
      ScheduleExpression: AUDIT_SCHEDULE,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: functionArn(prefix, 'audit'),
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${prefix}-scheduler`,
        Input: JSON.stringify(auditEvent({ repair: false })),
      },
    }),
  );
}
