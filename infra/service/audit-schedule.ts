import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { AUDIT_SCHEDULE, auditEvent } from '../../functions/credential/events/audit.ts';
import type { Service } from './service.ts';

/** Properties of {@link AuditSchedule}. */
export interface AuditScheduleProps extends Pick<Service, 'functions' | 'scheduling' | 'key' | 'deadLetters'> {
  /** Whether an audit hands what is safe to put right to `rotate`. */
  readonly repair: boolean;
}

/**
 * When audits run: every quarter of an hour, each time for the credentials that have their turn. It lies among the schedules that
 * fire once, whose names begin with a credential's id and a dot: every schedule of the other group is a credential's.
 */
export class AuditSchedule extends Construct {
  constructor(scope: Construct, id: string, { functions, scheduling, key, deadLetters, repair }: AuditScheduleProps) {
    super(scope, id);
    const schedule = new CfnSchedule(this, 'Schedule', {
      name: 'audit',
      description: 'Looks at the credentials between their rotations.',
      groupName: scheduling.once.ref,
      scheduleExpression: AUDIT_SCHEDULE,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      kmsKeyArn: key.keyArn,
      target: {
        arn: functions.audit.functionArn,
        roleArn: scheduling.role.roleArn,
        input: JSON.stringify(auditEvent({ repair })),
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 600 },
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    });
    // Not before the role may do what the schedule asks of it.
    schedule.node.addDependency(scheduling.role);
  }
}
