import { type Attempt, execute, type Next, storedNotApplied } from './attempt.ts';
import { forward } from './begin.ts';
import type { CredentialDocument } from './document.ts';
import { isRotationError, RotationError } from './errors.ts';
import { endPrevious, graceEnd, planRetire } from './grace.ts';
import { parsePending } from './journal.ts';
import { assertLabels, clear } from './labels.ts';
import { assertReadable, type Found, graceRuns, holds, type Observation } from './observe.ts';
import { push } from './push.ts';
import { regenerate, storeRegenerated } from './regenerate.ts';
import { pushCurrent } from './repair.ts';
import type { Run } from './run.ts';
import { chooseStrategy, strategyUnderWay } from './strategy.ts';

/** State 2: an intent, and the IAM holds what it held. Regenerate, under an intent of this run's own. */
export async function resumeIntent(run: Run, seen: Found): Promise<Next> {
  assertReadable(seen);
  // The run's own call was not answered, and has changed nothing so far.
  if (seen.pending?.own)
    throw new RotationError('iam-timeout', 'The IAM did not answer whether it regenerated the secret');
  const behind = seen.connectors.some((view) => !holds(view, seen.current.document));
  if (behind && seen.answer.accepted) return await pushCurrent(run, seen);
  return await regenerate(run, seen, { strategy: await chooseStrategy(run, seen), achieves: 'rotated' });
}

/** State 3: an intent, and the IAM holds something else. That is the secret that nobody has stored yet. */
export async function adoptRegenerated(run: Run, seen: Found): Promise<Next> {
  const { secret } = seen.target;
  return await storeRegenerated(run, seen, { secret, strategy: strategyUnderWay(run, seen), achieves: 'rotated' });
}

/** State 4: a candidate that the IAM does not hold. Set it, unless that is no longer what the labels were about. */
export async function resumeUnset(run: Run, seen: Found): Promise<Next> {
  const candidate = candidateOf(seen);
  const holdsCurrent = seen.client.secret === seen.current.document.clientSecret;
  if (!holdsCurrent || run.credential.iam.renewal === 'regenerate') return await abandon(run, candidate.id);
  assertReadable(seen);
  try {
    const strategy = await chooseStrategy(run, seen);
    return await execute(run, forward(run, seen, { candidate, strategy, achieves: 'rotated' }));
  } catch (error) {
    if (!isRotationError(error, 'overlap-unsupported')) throw error;
    return await abandon(run, candidate.id);
  }
}

async function abandon(run: Run, id: string): Promise<Next> {
  await clear(run, id);
  return 'observe';
}

/** State 5: a candidate that the IAM holds and accepts. */
export async function resumeHeld(run: Run, seen: Found): Promise<Next> {
  return await execute(run, attemptUnderWay(run, seen));
}

/** The attempt that another run, or an earlier step, has brought as far as the IAM. */
export function attemptUnderWay(run: Run, seen: Found): Attempt {
  const candidate = candidateOf(seen);
  const strategy = strategyUnderWay(run, seen);
  const { change: _, ...attempt } = forward(run, seen, { candidate, strategy, achieves: 'rotated' });
  const irrevocable = run.credential.iam.renewal === 'regenerate' && attempt.wayBack === 'iam';
  return irrevocable ? { ...attempt, wayBack: 'none' } : attempt;
}

/** The candidate in P. */
export function candidateOf({ pending }: Observation): { id: string; document: CredentialDocument } {
  if (pending?.content.kind !== 'candidate') throw new RotationError('internal-error', 'There is no candidate');
  return { id: pending.id, document: pending.content.document };
}

/** State 6: promoted, but not cleared. Push what is missing, then clear. */
export async function finish(run: Run, seen: Found): Promise<Next> {
  const { current, labels, client, connectors } = seen;
  run.rotationId = current.id;
  const alternates = run.credential.strategy === 'alternating-clients';
  const overlapping = alternates || graceRuns(client, run.runtime.now());
  if (overlapping) run.previousValidUntil = graceEnd(run, current.createdAt);
  const fence = () => assertLabels(run, { current: current.id, pending: current.id });
  const [failure] = (await push(run, { views: connectors, document: current.document, fence })).values();
  if (failure) return await storedNotApplied(run, { failure, version: current, previousWorks: overlapping });
  if (overlapping && labels.previous)
    await planRetire(run, { versionId: labels.previous.id, promotedAt: current.createdAt });
  run.achieved = 'rotated';
  // This run's own candidate: whoever promoted it, that was the rotation that was asked for.
  run.promoted ||= run.puts.has(current.id);
  await clear(run, current.id);
  return 'observe';
}

/** State 11: a version without a value, left behind. */
export async function clearMark(run: Run, { pending }: Observation): Promise<Next> {
  return await abandon(run, pending?.id ?? '');
}

/** State 12: a retire died. Finish it if no connector holds the secret that it ends; else let it be planned again. */
export async function finishRetire(run: Run, seen: Found): Promise<Next> {
  const { pending, connectors, labels, current } = seen;
  if (pending?.content.kind !== 'retire') throw new RotationError('internal-error', 'There is no retire intent');
  const { versionId } = pending.content;
  const old = versionId === labels.previous?.id ? parsePending(await run.ports.store.read(versionId)) : undefined;
  const document = old?.kind === 'candidate' ? old.document : undefined;
  const inUse = document && connectors.some((view) => view.error || holds(view, document));
  if (document && !inUse && document.clientSecret !== current.document.clientSecret) {
    await endPrevious(run, document, current.document);
    run.achieved ??= 'repaired';
  }
  return await abandon(run, pending.id);
}
