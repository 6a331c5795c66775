import { type Attempt, doesItWork, execute, type Next, storedNotApplied, timeNeeded } from './attempt.ts';
import { forward, mayRenew } from './begin.ts';
import { assertFits } from './budget.ts';
import { type CredentialDocument, parseDocument } from './document.ts';
import { isRotationError, RotationError } from './errors.ts';
import { endPrevious, planRetire, takeOverTimes } from './grace.ts';
import { assertLabels, clear } from './labels.ts';
import { assertUsable, type Found, graceRuns, holdOurs, holds, type Observation } from './observe.ts';
import { push } from './push.ts';
import { regenerate, storeRegenerated } from './regenerate.ts';
import { pushCurrent } from './repair.ts';
import type { Run } from './run.ts';
import { assertStrategy, type Overlap, overlapWanted, strategyUnderWay } from './strategy.ts';

/** State 2: an intent, and the IAM holds what it held. Regenerate, under an intent of this run's own, or drop the intent. */
export async function resumeIntent(run: Run, seen: Found): Promise<Next> {
  // The run's own call was not answered, and has changed nothing so far.
  if (seen.pending?.own)
    throw new RotationError('iam-timeout', 'The IAM did not answer whether it regenerated the secret');
  if (!mayRenew(run) || seen.connectors.some((view) => view.error)) return await abandon(run, seen.pending?.id ?? '');
  assertUsable(seen.target);
  const behind = seen.connectors.some((view) => !holds(view, seen.current.document));
  if (behind && seen.answer.accepted) return await pushCurrent(run, seen);
  const overlap = overlapWanted(run);
  assertFits(run.budget, timeNeeded(run, { overlap, wayBack: 'none' }));
  await assertStrategy(run, seen);
  return await regenerate(run, seen, { overlap, achieves: 'rotated' });
}

/** State 3: an intent, and the IAM holds something else. That is the secret that nobody has stored yet. */
export async function adoptRegenerated(run: Run, seen: Found): Promise<Next> {
  assertUsable(seen.target);
  const { secret } = seen.target;
  return await storeRegenerated(run, seen, { secret, overlap: overlapUnderWay(run, seen), achieves: 'rotated' });
}

/**
 * State 4: a candidate that the IAM does not hold. Set it, unless that is no longer what the labels were about, or this run has
 * no right to begin anything, or could not push it everywhere; nor while a connector holds a third secret: it is given C first.
 */
export async function resumeUnset(run: Run, seen: Found): Promise<Next> {
  const candidate = candidateOf(seen);
  const holdsCurrent = seen.client.secret === seen.current.document.clientSecret;
  const pushable = seen.connectors.every((view) => !view.error) && seen.target.fault === undefined;
  const resumable = holdsCurrent && pushable && mayRenew(run) && run.credential.iam.renewal === 'set';
  if (!resumable) return await abandon(run, candidate.id);
  if (seen.answer.accepted && !holdOurs(seen)) return await pushCurrent(run, seen);
  const overlap = overlapWanted(run);
  const attempt = forward(run, seen, { candidate, overlap, achieves: 'rotated' });
  assertFits(run.budget, timeNeeded(run, attempt));
  try {
    await assertStrategy(run, seen);
  } catch (error) {
    if (!isRotationError(error, 'overlap-unsupported')) throw error;
    return await abandon(run, candidate.id);
  }
  return await execute(run, attempt);
}

async function abandon(run: Run, id: string): Promise<Next> {
  await clear(run, id);
  return 'observe';
}

/** State 5: a candidate that the IAM holds and accepts. */
export async function resumeHeld(run: Run, seen: Found): Promise<Next> {
  const attempt = attemptUnderWay(run, seen);
  assertFits(run.budget, timeNeeded(run, attempt));
  return await execute(run, attempt);
}

/** The attempt that another run, or an earlier step, has brought as far as the IAM. */
export function attemptUnderWay(run: Run, seen: Found): Attempt {
  const candidate = candidateOf(seen);
  const { change: _, ...attempt } = forward(run, seen, {
    candidate,
    overlap: overlapUnderWay(run, seen),
    achieves: 'rotated',
  });
  const irrevocable = run.credential.iam.renewal === 'regenerate' && attempt.wayBack === 'iam';
  return irrevocable ? { ...attempt, wayBack: 'none' } : attempt;
}

/** What the IAM keeps has to stay; what it does not keep is no longer asked for. */
function overlapUnderWay(run: Run, seen: Found): Overlap {
  const strategy = strategyUnderWay(run, seen);
  if (strategy === 'in-place') return 'none';
  return strategy === 'dual-secret' ? 'where-possible' : 'required';
}

/** The candidate in P. */
export function candidateOf({ pending }: Observation): { id: string; document: CredentialDocument } {
  if (pending?.content.kind !== 'candidate') throw new RotationError('internal-error', 'There is no candidate');
  return { id: pending.id, document: pending.content.document };
}

/** State 6: promoted, but not cleared. Push what is missing, then clear. */
export async function finish(run: Run, seen: Found): Promise<Next> {
  const { current, labels, connectors } = seen;
  run.rotationId = current.id;
  const previous = await previousDocument(run, seen);
  const client = await takeOverTimes(run, seen.client, previous);
  const validUntil = client.previous?.secret === previous?.clientSecret ? client.previous?.validUntil : undefined;
  const alternates = previous !== undefined && previous.clientId !== current.document.clientId;
  const overlapping = alternates || (validUntil !== undefined && graceRuns(client, run.runtime.now()));
  if (overlapping && labels.previous) {
    const works = !alternates || (await doesItWork(run, previous)) === true;
    await planRetire(run, { versionId: labels.previous.id, promotedAt: current.createdAt, validUntil, works });
  }
  const fence = () => assertLabels(run, { current: current.id, pending: current.id });
  const [failure] = (await push(run, { views: connectors, document: current.document, fence })).values();
  if (failure) return await storedNotApplied(run, { failure, previous, client: seen.client });
  run.achieved = 'rotated';
  // This run's own candidate: whoever promoted it, that was the rotation that was asked for.
  run.promoted ||= run.puts.has(current.id);
  await clear(run, current.id);
  return 'observe';
}

/** The document in AWSPREVIOUS; undefined when there is none, or when it can't be read as one. */
async function previousDocument(run: Run, { labels }: Found): Promise<CredentialDocument | undefined> {
  if (!labels.previous) return undefined;
  return tryDocument(await run.ports.store.read(labels.previous.id));
}

function tryDocument(value: string | undefined): CredentialDocument | undefined {
  try {
    return parseDocument(value ?? '');
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return undefined;
    throw error;
  }
}

/** State 11: a version without a value, left behind. */
export async function clearMark(run: Run, { pending }: Observation): Promise<Next> {
  return await abandon(run, pending?.id ?? '');
}

/**
 * State 12: a retire died. Finish it if no connector holds the secret that it ends, else drop it. Whatever comes of it, the intent
 * is cleared: it must not hide what else has to be put right.
 */
export async function finishRetire(run: Run, seen: Found): Promise<Next> {
  const { pending, connectors, labels, current, client } = seen;
  if (pending?.content.kind !== 'retire') throw new RotationError('internal-error', 'There is no retire intent');
  const { versionId } = pending.content;
  const named = versionId === labels.previous?.id;
  const document = named ? tryDocument(await run.ports.store.read(versionId)) : undefined;
  const inUse = document && connectors.some((view) => view.error || holds(view, document));
  const held = client.secret === current.document.clientSecret;
  if (document && held && !inUse && document.clientSecret !== current.document.clientSecret) {
    await finishEnd(run, { document, current, lease: pending.id, versionId });
  }
  return await abandon(run, pending.id);
}

/** An end that fails again is planned again. */
async function finishEnd(
  run: Run,
  {
    document,
    current,
    lease,
    versionId,
  }: Pick<Found, 'current'> & { document: CredentialDocument; lease: string; versionId: string },
): Promise<void> {
  try {
    await endPrevious(run, {
      old: document,
      current: current.document,
      lease: { current: current.id, pending: lease },
    });
    run.achieved ??= 'repaired';
  } catch (error) {
    if (!isRotationError(error, 'retire-failed', 'not-at-rest', 'client-not-found', 'client-not-usable')) throw error;
    await planRetire(run, { versionId, promotedAt: run.runtime.now(), works: false, atOnce: true });
  }
}
