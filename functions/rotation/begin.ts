import { type Attempt, execute, type Next } from './attempt.ts';
import { serializeDocument } from './document.ts';
import { RotationError } from './errors.ts';
import { backstop, endPrevious } from './grace.ts';
import { retireIntent } from './journal.ts';
import { assertQuiet, clear, journal, mayBegin } from './labels.ts';
import { assertReadable, documentOf, type Found, graceRuns, type Observation, type StoredDocument } from './observe.ts';
import { type Run, report, step } from './run.ts';

/** State 1: at rest. */
export async function rest(run: Run, seen: Found): Promise<Next> {
  const wanted = !run.promoted && (run.renewAdopted ? mayBegin(run) : isWanted(run, seen.current));
  if (!wanted) return report(run, { outcome: run.achieved ?? 'unchanged' });
  assertReadable(seen);
  assertQuiet(run);
  if (graceRuns(seen.client, run.runtime.now())) return await endGrace(run, seen);
  return await begin(run, seen);
}

function isWanted(run: Run, current: StoredDocument): boolean {
  const { trigger, scheduledTime, repeat } = run.request;
  if (trigger === 'api') return true;
  return repeat === undefined && scheduledTime !== undefined && scheduledTime > current.createdAt;
}

async function begin(run: Run, seen: Found): Promise<Next> {
  const overlap = await canOverlap(run, seen);
  const document = documentOf(run, run.runtime.newSecret());
  const id = await journal(run, seen.labels, serializeDocument(document));
  const achieves = run.renewAdopted ? (run.achieved ?? 'repaired') : 'rotated';
  run.renewAdopted = false;
  return await execute(run, forward(run, seen, { candidate: { id, document }, overlap, achieves }));
}

/** The attempt that sets a candidate beside, or in place of, C. */
export function forward(
  run: Run,
  seen: Found,
  { candidate, overlap, achieves }: Pick<Attempt, 'candidate' | 'overlap' | 'achieves'>,
): Attempt {
  const secret = candidate.document.clientSecret;
  const old = seen.current.document.clientSecret;
  const previous = old === secret ? seen.client.previous : { secret: old, validUntil: backstop(run) };
  return {
    ...seen,
    candidate,
    change: overlap && previous ? { secret, previous } : { secret },
    overlap,
    honoured: seen.answer.accepted,
    undoTo: seen.current.document,
    achieves,
  };
}

/** Asks the IAM, unless the settings say in-place. */
export async function canOverlap(run: Run, { client }: Observation): Promise<boolean> {
  const { strategy } = run.credential;
  if (strategy === 'in-place') return false;
  const overlaps =
    graceRuns(client, run.runtime.now()) || (await step(run, 'probe', () => run.ports.iam.probeOverlap(client)));
  if (strategy === 'dual-secret' && !overlaps) {
    throw new RotationError(
      'overlap-unsupported',
      'The IAM would end the old secret at once: no client policy applies to the client',
    );
  }
  return overlaps;
}

/** A rotation that is to begin while a grace runs ends that first, under a lease of its own. Every connector holds C. */
async function endGrace(run: Run, seen: Found): Promise<Next> {
  const versionId = seen.labels.previous?.id ?? '';
  const id = await journal(run, seen.labels, retireIntent(versionId));
  await endPrevious(run, documentOf(run, seen.client.previous?.secret ?? ''));
  await clear(run, id);
  return 'observe';
}
