import * as z from 'zod';
import { type EventContext, SCHEDULED_TIME, scheduledTime } from './scheduled.ts';

/** When audits begin: each quarter of an hour, in UTC. */
export const AUDIT_SCHEDULE = 'cron(0/15 * * * ? *)';

/** The input of the audit's own schedule. */
export function auditEvent({ repair }: { readonly repair: boolean }) {
  return { trigger: 'audit', scheduledTime: SCHEDULED_TIME, repair } as const;
}

/** What `audit` is invoked with. */
export function auditSchema(context: EventContext) {
  return z.strictObject({
    trigger: z.literal('audit'),
    /** It tells which credentials have their turn. */
    scheduledTime: scheduledTime(context),
    /** Hands what is safe to put right to `rotate`. */
    repair: z.boolean().default(false),
    /** Looks at this credential alone, and at everything of it. */
    id: z.string().optional(),
  });
}
