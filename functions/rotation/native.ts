import { VersionTakenError } from '../ports/secret-store.ts';
import { apply, type Next, timeNeeded } from './attempt.ts';
import { forward } from './begin.ts';
import { assertFits } from './budget.ts';
import { serializeDocument } from './document.ts';
import { isRotationError, RotationError } from './errors.ts';
import { parsePending } from './journal.ts';
import { LabelsMovedError } from './labels.ts';
import {
  assertReadable,
  assertUsable,
  documentOf,
  type Found,
  holdOurs,
  type Observation,
  observe,
} from './observe.ts';
import { isFailure, type Rotation } from './outcome.ts';
import { proveAccepted } from './proofs.ts';
import { pushCurrent } from './repair.ts';
import { attemptUnderWay, candidateOf, finish, resumeHeld } from './resume.ts';
import { beginRun, type Run, type RunDeps, withLedger } from './run.ts';
import type { Credential } from './settings.ts';
import { classify, STATES } from './states.ts';
import { assertStrategy, overlapWanted } from './strategy.ts';

/** Secrets Manager's own steps of a rotation. */
export const NATIVE_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** What Secrets Manager asks for: a step, and the version that it is about. */
export interface NativeRequest {
  readonly step: (typeof NATIVE_STEPS)[number];
  /** The `ClientRequestToken`. */
  readonly versionId: string;
}

type NativeStep = (run: Run, versionId: string) => Promise<void>;

const STEPS = { createSecret, setSecret, testSecret, finishSecret } satisfies Record<NativeRequest['step'], NativeStep>;

/**
 * One of Secrets Manager's four steps. Together they do what one run does, in the same order and with the same guarantees: the
 * candidate is journaled by `createSecret`; `setSecret` renews, checks and pushes with nothing in between, and undoes what fails;
 * `finishSecret` promotes and clears. Each can be repeated.
 *
 * @throws {RotationError} when the step can't be done: Secrets Manager repeats it, then gives the rotation up
 * @see [Lambda rotation functions](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)
 */
export async function rotationStep(
  credential: Credential,
  { step, versionId }: NativeRequest,
  deps: RunDeps,
): Promise<void> {
  const run = beginRun(credential, { trigger: 'secrets-manager' }, deps);
  try {
    await STEPS[step](run, versionId);
  } catch (error) {
    if (isRotationError(error)) throw withLedger(run, error);
    if (!(error instanceof LabelsMovedError)) throw error;
    throw withLedger(run, new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile'));
  }
}

/** Fills Secrets Manager's mark, a version without a value, with a candidate. Everything else has to be at rest. */
async function createSecret(run: Run, versionId: string): Promise<void> {
  const seen = await observeStep(run, versionId);
  if (seen === 'done' || seen.pending?.content.kind === 'candidate') return;
  assertReadable(seen);
  const { pending: _, ...rest } = seen;
  const { pending: __, ...labels } = seen.labels;
  const state = classify({ ...rest, labels });
  if (state === 9) await pushCurrent(run, seen);
  else if (state !== 1)
    throw new RotationError(
      'not-at-rest',
      `State ${state} (${STATES[state].meaning}): a run by schedule or API puts it right first`,
    );
  assertUsable(seen.target);
  await assertStrategy(run, seen);
  const document = documentOf(run, { clientId: seen.target.clientId, secret: run.runtime.newSecret() });
  try {
    const value = serializeDocument(document);
    await run.ledger.write(() => run.ports.store.put({ id: versionId, value, stage: 'AWSPENDING' }));
  } catch (error) {
    if (!(error instanceof VersionTakenError)) throw error;
    throw new RotationError('rotation-in-progress', 'Another call of this step has put its candidate');
  }
}

/** Renews, checks and pushes. What fails is undone before the error is thrown. */
async function setSecret(run: Run, versionId: string): Promise<void> {
  const seen = await withC(run, await observeStep(run, versionId), versionId);
  if (seen === 'done') return;
  assertFilled(seen);
  // Nothing is proven of a client that can't be used: the candidate waits for it.
  assertUsable(seen.target);
  const candidate = candidateOf(seen);
  const attempt = seen.holdsPending
    ? attemptUnderWay(run, seen)
    : forward(run, seen, { candidate, overlap: overlapWanted(run), achieves: 'rotated' });
  if (!seen.holdsPending) await assertStrategy(run, seen);
  assertFits(run.budget, timeNeeded(run, attempt));
  const applied = await apply(run, attempt);
  if (!applied.failures) throw failureOf(applied.ended);
}

/** A step may come long after the one before: connectors that hold neither C nor the candidate meanwhile are given C first. */
async function withC(run: Run, seen: Found | 'done', versionId: string): Promise<Found | 'done'> {
  if (seen === 'done' || seen.holdsPending || !seen.answer.accepted || holdOurs(seen)) return seen;
  await pushCurrent(run, seen);
  return await observeStep(run, versionId);
}

/** @throws {RotationError} `not-at-rest`: Secrets Manager repeats the step */
function assertFilled({ pending }: Observation): void {
  if (pending?.content.kind === 'candidate') return;
  throw new RotationError('not-at-rest', 'createSecret has not filled the version, or its value is not found yet');
}

/** At registration there is only a version without a value: nothing can be tested, and nothing is wrong. */
async function testSecret(run: Run, versionId: string): Promise<void> {
  const content = parsePending(await run.ports.store.read(versionId));
  if (content.kind === 'candidate') await proveAccepted(run, content.document, 'token-refused');
}

/** Promotes, plans the end of the previous secret, and clears AWSPENDING, which Secrets Manager leaves to the function. */
async function finishSecret(run: Run, versionId: string): Promise<void> {
  const seen = await observeStep(run, versionId);
  if (seen === 'done') return;
  const promoted = seen.labels.current?.id === versionId;
  if (!promoted) {
    assertFilled(seen);
    assertUsable(seen.target);
  }
  const next = promoted ? await finish(run, seen) : await resumeHeld(run, seen);
  if (next === 'observe' ? !promoted : isFailure(next.outcome) && next.outcome !== 'stored-not-applied')
    throw failureOf(next);
}

/** Looks, and makes certain that the step is still about the version in AWSPENDING. */
async function observeStep(run: Run, versionId: string): Promise<Found | 'done'> {
  // Secrets Manager has made the version: a list without it is stale.
  run.confirmed.add(versionId);
  const seen: Observation = await observe(run);
  const { current, pending } = seen.labels;
  if (current?.id === versionId && pending?.id !== versionId) return 'done';
  if (pending?.id !== versionId)
    throw new RotationError('rotation-in-progress', 'AWSPENDING is at another version than the step is about');
  if (seen.current) return { ...seen, current: seen.current };
  throw new RotationError('not-at-rest', 'There is no current document yet: a run by schedule or API adopts one first');
}

function failureOf(next: Next): RotationError {
  const failure = (next as Rotation).failure;
  if (!failure) return new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile');
  return new RotationError(failure.code, `${(next as Rotation).outcome}: ${failure.detail}`);
}
