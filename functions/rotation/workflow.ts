import type { Next } from './attempt.ts';
import { rest } from './begin.ts';
import { describeError, isRotationError, RotationError } from './errors.ts';
import { firstRun } from './first-run.ts';
import { LabelsMovedError, lookAgain } from './labels.ts';
import { assertUsable, type Found, type Observation, observe } from './observe.ts';
import type { Outcome, Rotation } from './outcome.ts';
import { adoptForeign, pushCurrent, repairExpired } from './repair.ts';
import { isStillDue, planRepeat } from './repeats.ts';
import { adoptRegenerated, clearMark, finish, finishRetire, resumeHeld, resumeIntent, resumeUnset } from './resume.ts';
import { beginRun, leaseLeft, type RotationRequest, type Run, type RunDeps, report, withLedger } from './run.ts';
import type { Credential } from './settings.ts';
import { classify, STATES, type State } from './states.ts';

/** A run that has looked so often without coming to rest leaves the rest to the next one. */
const MAX_LOOKS = 8;

type StepFn = (run: Run, seen: Found) => Next | Promise<Next>;

/** What to do in each state. The first run is the one state without a C. */
const STEPS = {
  1: rest,
  2: resumeIntent,
  3: adoptRegenerated,
  4: resumeUnset,
  5: resumeHeld,
  6: finish,
  7: adoptForeign,
  8: repairExpired,
  9: pushCurrent,
  11: clearMark,
  12: finishRetire,
} as const satisfies Record<Exclude<State, 10>, StepFn>;

/**
 * One run: observe → decide → act, until at rest. A run that leaves something to do plans its own repeat.
 *
 * @returns how it ended. Every failure is an outcome, except two that mean "not now":
 * @throws {RotationError} `rotation-in-progress` or `too-soon` while another run may be alive, and `frozen` for a call that
 *   meets a freeze
 */
export async function rotate(credential: Credential, request: RotationRequest, deps: RunDeps): Promise<Rotation> {
  const run = beginRun(credential, request, deps);
  try {
    assertKnown(credential, request);
    const rotation = await lookUntilAtRest(run);
    // What was left behind is given the new secret as soon as it can be.
    return rotation.failure || request.leaveBehind ? await withRepeat(run, rotation) : rotation;
  } catch (error) {
    // A caller is told when to come again. Nobody tells the scheduler: a rotation that was due stays due.
    if (request.trigger === 'schedule' && isNotNow(error)) await tryToPlan(run, request.repeat?.due ?? true);
    throw error;
  }
}

/** @throws {RotationError} `request-invalid` when a connector that is to be left behind is none of the credential's */
function assertKnown({ connectors, native }: Credential, { leaveBehind = [] }: RotationRequest): void {
  if (native && leaveBehind.length > 0)
    throw new RotationError('not-available', 'leaveBehind: a rotation by Secrets Manager itself leaves nobody behind');
  const unknown = leaveBehind.find((name) => !connectors.some((connector) => connector.name === name));
  if (unknown === undefined) return;
  const names = connectors.map(({ name }) => `'${name}'`).join(', ');
  throw new RotationError('request-invalid', `leaveBehind: there is no connector '${unknown}'; there is ${names}`);
}

/** The report, with the time at which the run goes on; without one when that could not be planned. */
async function withRepeat(run: Run, rotation: Rotation): Promise<Rotation> {
  const repeatAt = await tryToPlan(run, isStillDue(run, rotation));
  return { ...rotation, steps: run.steps, repeatAt: repeatAt?.toISOString() ?? null };
}

async function tryToPlan(run: Run, due: boolean): Promise<Date | undefined> {
  try {
    return await planRepeat(run, { due });
  } catch (error) {
    // The report says that nothing is planned; an invocation without one fails, and is repeated by Lambda.
    if (isRotationError(error)) return undefined;
    throw error;
  }
}

async function lookUntilAtRest(run: Run): Promise<Rotation> {
  try {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      run.atRest = false;
      const next = await act(run, await observe(run));
      if (next !== 'observe') return next;
    }
    throw new RotationError('internal-error', 'The run did not come to rest');
  } catch (error) {
    if (isNotNow(error)) throw withLedger(run, error);
    return report(run, { outcome: outcomeOf(run, error), failure: describeError(error) });
  }
}

/** Nothing is wrong: another run may be alive, or a person has said so. */
function isNotNow(error: unknown): error is RotationError {
  return isRotationError(error, 'rotation-in-progress', 'too-soon', 'frozen');
}

/** How a run ends that met an error outside an attempt. */
function outcomeOf(run: Run, error: unknown): Outcome {
  if (run.pendingStands) return 'interrupted';
  if (run.atRest && run.achieved) return run.achieved;
  // Whether a rotation is under way could not be read.
  const unknown =
    run.pendingStands === undefined &&
    isRotationError(error, 'store-unavailable', 'store-throttled', 'store-forbidden');
  return run.ledger.changed === false && !unknown ? 'refused' : 'interrupted';
}

async function act(run: Run, seen: Observation): Promise<Next> {
  const waited = backOff(run, seen);
  if (waited) return waited;
  const state = classify(seen);
  try {
    if (state === 10) return await firstRun(run, seen);
    if (!seen.current)
      throw new RotationError('internal-error', `State ${state} (${STATES[state].meaning}) without a document`);
    // What is pending about a client that can't be used waits for it; unless it is the idle one of two.
    if (seen.pending && seen.target.clientId === seen.client.clientId) assertUsable(seen.client);
    return await STEPS[state](run, { ...seen, current: seen.current });
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    throw error;
  }
}

/** A pending version within its lease belongs to a run that may be alive. */
function backOff(run: Run, seen: Observation): Rotation | undefined {
  const { pending } = seen.labels;
  if (!pending || (seen.pending ? seen.pending.own : run.puts.has(pending.id))) return undefined;
  const left = leaseLeft(run, pending.createdAt);
  if (left === 0) return undefined;
  const error = new RotationError('rotation-in-progress', 'AWSPENDING belongs to a run that may be alive', {
    retryAfter: Math.ceil(left / 1000),
  });
  // Whoever it belongs to may be dead: the repeat looks again.
  if (run.achieved) return report(run, { outcome: run.achieved, failure: describeError(error) });
  throw error;
}
