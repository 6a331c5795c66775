import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { ACCOUNT, functionArn } from '../../local/embedded-stack/names.ts';
import type { EmbeddedStack } from '../../local/embedded-stack/stack.ts';
import type { Invocation } from '../../local/stand-ins/lambda/host.ts';

/** Where an audit is started, and what tells of its end. */
export interface AuditBench {
  readonly stack: EmbeddedStack;
  /** Every invocation that has ended so far. */
  readonly ended: readonly Invocation[];
  /** The time in AWS. */
  readonly now: () => Date;
}

/** Names of schedules are used once. */
let audits = 0;

/** Lets the Scheduler of the embedded stack start an audit of one credential, in full, and waits for its end. */
export async function auditOnce(id: string, { stack, ended, now }: AuditBench): Promise<Invocation['result']> {
  const ofThis = () => ended.filter(({ event }) => isAuditOf(id, event));
  const before = ofThis().length;
  await stack.scheduler.send(
    new CreateScheduleCommand({
      Name: `audit-${++audits}`,
      GroupName: `${stack.prefix}-once`,
      ScheduleExpression: `at(${new Date(now().getTime() + 2000).toISOString().slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: functionArn(stack.prefix, 'audit'),
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/scheduler`,
        Input: JSON.stringify({ trigger: 'audit', scheduledTime: '<aws.scheduler.scheduled-time>', id }),
      },
    }),
  );
  while (ofThis().length === before) await new Promise((resolve) => setTimeout(resolve, 20));
  return (ofThis()[before] as Invocation).result;
}

function isAuditOf(id: string, event: unknown): boolean {
  const audit = event as { trigger?: string; id?: string };
  return audit.trigger === 'audit' && audit.id === id;
}
