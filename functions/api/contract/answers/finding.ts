import * as z from 'zod';
import { FINDINGS } from '../../../credential/published/findings.ts';
import { keysOf } from '../../../credential/published/parts.ts';
import { instant } from './rotation.ts';

/** What an audit has found and nobody has put right yet. It holds no secret. */
export const FindingAnswer = z.object({
  kind: z.enum(keysOf(FINDINGS)),
  title: z.string(),
  about: z
    .string()
    .exactOptional()
    .describe('Where there may be several: the connector, the client, the version or the system.'),
  detail: z.string().describe('What was found, in plain words.'),
  since: instant.describe('Since when; where nobody knows, since an audit found it first.'),
  expiresAt: instant.exactOptional().describe('With `expiry-near`: when the IAM will refuse the secret.'),
  next: z.string().describe('What to do.'),
});

export type FindingView = z.infer<typeof FindingAnswer>;
