import * as z from 'zod';
import { instant, type Message } from './parts.ts';

const count = z.int().min(0);

/** A rotation of many credentials came to its end. */
export const FleetRotationEnded = z.object({
  executionId: z.string().describe('Id of the fleet rotation: `GET /rotations/{executionId}`.'),
  outcome: z.enum(['completed', 'stopped', 'aborted', 'broken']),
  total: count.describe('Credentials that were chosen.'),
  done: count.describe('Credentials whose run did not fail.'),
  failed: count.describe('Credentials whose run failed: each has an event of its own.'),
  waiting: count.describe('Credentials whose run was never begun.'),
  requestedBy: z.string().describe('Who called.'),
  reason: z.string().optional().describe('Why, in the words of whoever called.'),
  requestedAt: instant,
  manifest: z.string().describe('Where the result of every credential is: `s3://…`.'),
});

const WORDS = {
  completed: 'came to its end',
  stopped: 'was stopped since a wave failed too often',
  aborted: 'was ended by a person',
  broken: 'ended before its time',
} as const;

/** {@link FleetRotationEnded} in words. */
export function fleetRotationMessage({
  executionId,
  outcome,
  total,
  done,
  failed,
  waiting,
  requestedAt,
}: z.infer<typeof FleetRotationEnded>): Message {
  return {
    title: `A rotation of ${total} credentials ${WORDS[outcome]}. Done: ${done}. Failed: ${failed}. Not begun: ${waiting}.`,
    since: requestedAt,
    next: failed + waiting === 0 ? 'Nothing.' : `See which: csr rotate --watch ${executionId}.`,
    runbook: 'rotate-many-at-once',
  };
}
