import type { Next } from './attempt.ts';
import { mayRenew } from './begin.ts';
import { serializeDocument } from './document.ts';
import { readLabels } from './label-reading.ts';
import { LabelsMovedError, putFirst } from './labels.ts';
import { assertReadable, assertUsable, documentOf, holds, type Observation } from './observe.ts';
import { refused } from './proofs.ts';
import { type Run, report } from './run.ts';

/** Secrets Manager may answer from before the latest changes, for some seconds; looks this far apart, in milliseconds. */
const LOOK_AGAIN_MS = [1000, 2000] as const;

/** State 10: store what the IAM holds, once it is proven. The very first version gets AWSCURRENT whatever is asked for. */
export async function firstRun(run: Run, seen: Observation): Promise<Next> {
  assertReadable(seen);
  assertUsable(seen.client);
  if (!seen.answer.accepted) throw refused(seen.answer);
  await assertFirst(run, seen);
  const document = documentOf(run, seen.client);
  run.rotationId = await putFirst(run, seen.labels, serializeDocument(document));
  run.achieved = 'adopted';
  run.renewAdopted = run.credential.iam.firstRun === 'renew' && mayRenew(run);
  run.promoted = !run.renewAdopted;
  const done = run.promoted && !seen.labels.pending && seen.connectors.every((view) => holds(view, document));
  return done ? report(run, { outcome: 'adopted' }) : 'observe';
}

/**
 * Nothing guards this one write: it takes AWSCURRENT from whatever has it. So the labels are looked at until an answer that is
 * merely old would have shown that there is a current document.
 *
 * @throws {LabelsMovedError} when there is one
 */
async function assertFirst(run: Run, { labels }: Observation): Promise<void> {
  for (const pause of LOOK_AGAIN_MS) {
    await run.runtime.sleep(pause);
    if ((await readLabels(run)).current?.id !== labels.current?.id) throw new LabelsMovedError();
  }
}
