import type { Next } from './attempt.ts';
import { serializeDocument } from './document.ts';
import { RotationError } from './errors.ts';
import { putFirst } from './labels.ts';
import { assertReadable, documentOf, holds, type Observation } from './observe.ts';
import { refusal } from './proofs.ts';
import { type Run, report } from './run.ts';

/** State 10: store what the IAM holds, once it is proven. The very first version gets AWSCURRENT whatever is asked for. */
export async function firstRun(run: Run, seen: Observation): Promise<Next> {
  assertReadable(seen);
  if (!seen.answer.accepted) throw new RotationError('token-refused', refusal(seen.answer));
  const document = documentOf(run, seen.client);
  run.rotationId = await putFirst(run, seen.labels, serializeDocument(document));
  run.achieved = 'adopted';
  run.renewAdopted = run.credential.iam.firstRun === 'renew';
  run.promoted = !run.renewAdopted;
  const done = run.promoted && !seen.labels.pending && seen.connectors.every((view) => holds(view, document));
  return done ? report(run, { outcome: 'adopted' }) : 'observe';
}
