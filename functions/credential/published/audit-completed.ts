import * as z from 'zod';
import { FINDINGS } from './findings.ts';
import { instant, keysOf, type Message } from './parts.ts';

const count = z.int().min(0);

/** An audit came to its end. */
export const AuditCompleted = z.object({
  audited: count.describe('Credentials that were looked at.'),
  findings: z
    .partialRecord(z.enum(keysOf(FINDINGS)), count)
    .describe('How many of each kind; absent kinds were not found.'),
  failed: count.describe('Credentials that could not be looked at.'),
  startedAt: instant,
  durationMs: z.number(),
});

/** {@link AuditCompleted} in words. */
export function auditMessage({ audited, findings, failed, startedAt }: z.infer<typeof AuditCompleted>): Message {
  const found = Object.values(findings).reduce((sum, number) => sum + number, 0);
  return {
    title: `An audit looked at ${audited} credentials. Findings: ${found}. Not looked at: ${failed}.`,
    since: startedAt,
    next: 'Nothing: each finding has an event of its own.',
    runbook: 'findings',
  };
}
