import * as z from 'zod';
import { FINDINGS } from './findings.ts';
import { credential, instant, keysOf, type Message, next } from './parts.ts';

/** An audit found something that is not as it should be. */
export const DriftDetected = z.object({
  credential,
  kind: z.enum(keysOf(FINDINGS)).exclude(['expiry-near']),
  about: z
    .string()
    .optional()
    .describe('Where there may be several: the connector, the client, the version or the system.'),
  detail: z.string().describe('What was found, in plain words.'),
  since: instant.describe('Since when; where nobody knows, since an audit found it first.'),
  next,
});

/** {@link DriftDetected} in words. */
export function driftMessage({ credential, kind, detail, since, next }: z.infer<typeof DriftDetected>): Message {
  return { title: `${credential}: ${FINDINGS[kind].title} ${detail}`, since, next, runbook: 'findings' };
}
