import * as z from 'zod';
import type { RetireReport } from '../outcome.ts';
import { credential, instant, type Message, requestId } from './parts.ts';

/** A previous secret was ended, and the IAM was seen to refuse it. */
export const Retired = z.object({
  credential,
  requestId,
  versionId: z.string().describe('The version whose secret was ended: the rotation that had made it.'),
  outcome: z.literal('retired'),
  endedAt: instant,
});

/**
 * What is published of a retire.
 *
 * @returns undefined for an outcome that is no news
 */
export function retireEvent({ credential, requestId, versionId, outcome }: RetireReport, endedAt: Date) {
  if (outcome !== 'retired') return undefined;
  const detail = { credential, requestId, versionId, outcome, endedAt: endedAt.toISOString() };
  return { detailType: 'Retired', detail } as const;
}

/** {@link Retired} in words. */
export function retiredMessage({ credential, endedAt }: z.infer<typeof Retired>): Message {
  const title = `${credential}: the previous secret was ended, and the IAM refuses it.`;
  return { title, since: endedAt, next: 'Nothing.', runbook: 'outcomes' };
}
