import type { Next } from './attempt.ts';
import { rest } from './begin.ts';
import { describeError, isRotationError, RotationError } from './errors.ts';
import { firstRun } from './first-run.ts';
import { activeFreeze } from './freezes.ts';
import { LabelsMovedError, lookAgain } from './labels.ts';
import { type Found, type Observation, observe } from './observe.ts';
import type { Outcome, Rotation } from './outcome.ts';
import { adoptForeign, pushCurrent, repairExpired } from './repair.ts';
import { adoptRegenerated, clearMark, finish, finishRetire, resumeHeld, resumeIntent, resumeUnset } from './resume.ts';
import {
  beginRun,
  leaseLeft,
  type Ports,
  type RotationRequest,
  type Run,
  type Runtime,
  report,
  type Timing,
} from './run.ts';
import type { Credential } from './settings.ts';
import { classify, STATES, type State } from './states.ts';

/** A run that has looked so often without coming to rest leaves the rest to the next one. */
const MAX_LOOKS = 8;

type StepFn = (run: Run, seen: Found) => Promise<Next>;

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
 * One run: observe → decide → act, until at rest.
 *
 * @returns how it ended. Every failure is an outcome, except two that mean "not now":
 * @throws {RotationError} `rotation-in-progress` or `too-soon` while another run may be alive, and `frozen` for a call that
 *   meets a freeze. Nothing was begun.
 */
export async function rotate(
  credential: Credential,
  request: RotationRequest,
  deps: { ports: Ports; runtime: Runtime; timing: Timing },
): Promise<Rotation> {
  const run = beginRun(credential, request, deps);
  const freeze = request.repeat || request.force ? undefined : activeFreeze(credential, run.startedAt);
  if (freeze && request.trigger === 'schedule')
    return report(run, { outcome: 'unchanged', reason: `frozen: ${freeze.reason}` });
  if (freeze) throw new RotationError('frozen', `Frozen from ${freeze.from} to ${freeze.to}: ${freeze.reason}`);
  return await lookUntilAtRest(run);
}

async function lookUntilAtRest(run: Run): Promise<Rotation> {
  let seen: Observation | undefined;
  try {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      seen = await observe(run);
      const next = await act(run, seen);
      if (next !== 'observe') return next;
    }
    throw new RotationError('internal-error', 'The run did not come to rest');
  } catch (error) {
    if (isRotationError(error, 'rotation-in-progress', 'too-soon')) throw error;
    return report(run, { outcome: outcomeOf(run, seen, error), failure: describeError(error) });
  }
}

/** How a run ends that met an error outside an attempt. */
function outcomeOf(run: Run, seen: Observation | undefined, error: unknown): Outcome {
  if (run.journaled || seen?.labels.pending) return 'interrupted';
  // Only connectors were given C, as far as they took it: no rotation was begun.
  if (isRotationError(error, 'connector-behind')) return 'refused';
  return run.achieved ?? (run.changed ? 'interrupted' : 'refused');
}

async function act(run: Run, seen: Observation): Promise<Next> {
  const waited = standDown(run, seen);
  if (waited) return waited;
  const state = classify(seen);
  try {
    if (state === 10) return await firstRun(run, seen);
    if (!seen.current)
      throw new RotationError('internal-error', `State ${state} (${STATES[state].meaning}) without a document`);
    return await STEPS[state](run, { ...seen, current: seen.current });
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    throw error;
  }
}

/** A pending version within its lease belongs to a run that may be alive. */
function standDown(run: Run, seen: Observation): Rotation | undefined {
  const { pending } = seen.labels;
  if (!pending || (seen.pending ? seen.pending.own : run.puts.has(pending.id))) return undefined;
  const left = leaseLeft(run, pending.createdAt);
  if (left === 0) return undefined;
  if (run.achieved) return report(run, { outcome: run.achieved });
  throw new RotationError('rotation-in-progress', 'AWSPENDING belongs to a run that may be alive', {
    retryAfter: Math.ceil(left / 1000),
    changed: run.changed,
  });
}
