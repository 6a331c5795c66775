import * as z from 'zod';
import { FINDINGS } from './findings.ts';
import { credential, instant, type Message, next } from './parts.ts';

/** The IAM will refuse a secret before long. */
export const ExpiryNear = z.object({
  credential,
  which: z.enum(['current', 'previous']),
  detail: z.string().describe('What was found, in plain words.'),
  expiresAt: instant,
  days: z.int().describe('Whole days until then; below 0 when it is over.'),
  since: instant.describe('Since when it is known.'),
  next,
});

/** {@link ExpiryNear} in words. */
export function expiryMessage({ credential, expiresAt, since, next, ...rest }: z.infer<typeof ExpiryNear>): Message {
  const what = `the IAM refuses the ${rest.which} secret from ${expiresAt} on`;
  return { title: `${credential}: ${what}. ${FINDINGS['expiry-near'].title}`, since, next, runbook: 'findings' };
}
