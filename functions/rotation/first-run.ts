import { serializeDocument } from '../credential/document.ts';
import type { Next } from './attempt.ts';
import { mayRenew } from './begin.ts';
import { assertStillCurrent, putFirst } from './labels.ts';
import { assertReadable, assertUsable, documentOf, holds, type Observation } from './observe.ts';
import { refused } from './proofs.ts';
import { type Run, report } from './run.ts';

/** State 10: store what the IAM holds, once it is proven. The very first version gets AWSCURRENT whatever is asked for. */
export async function firstRun(run: Run, seen: Observation): Promise<Next> {
  assertReadable(seen);
  assertUsable(seen.client);
  if (!seen.answer.accepted) throw refused(seen.answer);
  // Nothing guards this one write: it takes AWSCURRENT from whatever has it.
  await assertStillCurrent(run, seen.labels);
  const document = documentOf(run, seen.client);
  run.rotationId = await putFirst(run, seen.labels, serializeDocument(document));
  run.achieved = 'adopted';
  run.renewAdopted = run.credential.iam.firstRun === 'renew' && mayRenew(run);
  run.promoted = !run.renewAdopted;
  const done = run.promoted && !seen.labels.pending && seen.connectors.every((view) => holds(view, document));
  return done ? report(run, { outcome: 'adopted' }) : 'observe';
}
