import { describeError, type ErrorCode, isRotationError, RotationError } from '../credential/errors.ts';
import type { Outcome, Rotation } from '../credential/outcome.ts';
import type { Credential } from '../credential/settings/credential.ts';
import { act } from './act/act.ts';
import { type Acted, REQUEUE } from './attempt/acted.ts';
import { decide } from './decide/decide.ts';
import type { RotationAction } from './decide/terms/action.ts';
import { factsOf } from './decide/terms/facts.ts';
import { LabelsMovedError, movedMeanwhile } from './labels/labels.ts';
import type { Observation } from './observe/observation.ts';
import { observe } from './observe/observe.ts';
import { isStillDue, planRepeat } from './plan/repeat.ts';
import { withTasks } from './plan/tasks.ts';
import { assertAvailable } from './run/available.ts';
import { beginRun, type RotationRequest, type Run, type RunDeps, report } from './run/context.ts';
import { withChanges } from './run/in-doubt.ts';

/** A run that has observed so often without coming to rest leaves the rest to the next one. */
const MAX_LOOKS = 8;

/**
 * One run: observe → decide → act, until at rest. A run that leaves something to do plans its own repeat.
 *
 * @returns how it ended. Every failure is an outcome, except three that mean "not now":
 * @throws {RotationError} `rotation-in-progress` or `too-soon` while another run may be alive, and `frozen` for a call that
 *   meets a freeze
 */
export async function rotate(credential: Credential, request: RotationRequest, deps: RunDeps): Promise<Rotation> {
  const run = beginRun(credential, request, deps);
  try {
    assertAvailable(credential, request);
    const ended = await withTasks(run, await reconcile(run));
    const rotation = request.revokePrevious ? { ...ended, previousRevoked: run.ledger.revoked } : ended;
    // A connector that was left behind is given the new secret as soon as it can be.
    return rotation.failure || request.leaveBehind ? await withRepeat(run, rotation) : rotation;
  } catch (error) {
    // A caller is told when to come again. Nobody tells the scheduler: a rotation that was due stays due.
    if (request.trigger === 'schedule' && isNotNow(error)) await tryToPlan(run, request.repeat?.due ?? true);
    throw error;
  }
}

/** The report, with the time at which the run goes on; without one when that could not be planned. */
async function withRepeat(run: Run, rotation: Rotation): Promise<Rotation> {
  const repeatAt = await tryToPlan(run, isStillDue(run, rotation));
  return { ...rotation, steps: run.draft.steps, repeatAt: repeatAt?.toISOString() ?? null };
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

/** Where a run stands. */
interface Progress {
  /** Whether everything was seen to be at rest, and nothing was begun since. */
  atRest: boolean;
  /** What it has done last. */
  action?: RotationAction['kind'];
}

async function reconcile(run: Run): Promise<Rotation> {
  const progress: Progress = { atRest: false };
  try {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      progress.atRest = false;
      const acted = await decideAndAct(run, await observe(run), progress);
      if (acted.kind === 'ended') return acted.rotation;
    }
    return failed(run, restless(run, progress), progress);
  } catch (error) {
    if (isNotNow(error)) throw withChanges(error, run.ledger.changed);
    return failed(run, error, progress);
  }
}

function failed(run: Run, error: unknown, progress: Progress): Rotation {
  return report(run, { outcome: outcomeOf(run, error, progress), failure: describeError(error) });
}

/** Why a run that has looked so often is not at rest: somebody changed something at each look, or the run itself is at fault. */
function restless({ ledger }: Run, { action }: Progress): RotationError {
  if (!ledger.undisturbed) return movedMeanwhile();
  const [code, what] = (action && UNDONE_BY_OTHERS[action]) ?? ['internal-error', 'The run did not come to rest'];
  return new RotationError(code, what);
}

const CONTESTED = ['connector-conflict', 'Somebody changed a connector at each look of the run'] as const;

/** Actions that a run repeats only where somebody else undoes them. */
const UNDONE_BY_OTHERS: Partial<Record<RotationAction['kind'], readonly [ErrorCode, string]>> = {
  // The configuration was another one each time that the write was prepared.
  begin: CONTESTED,
  regenerate: CONTESTED,
  'push-current': CONTESTED,
  'end-grace': ['retire-failed', 'Somebody brought the previous secret back at each look of the run'],
};

/** Decides and acts about one observation, until the run ends or has to observe anew. */
async function decideAndAct(run: Run, seen: Observation, progress: Progress): Promise<Acted> {
  try {
    for (;;) {
      const action = decide(factsOf(run, seen));
      progress.atRest = action.atRest ?? false;
      progress.action = action.kind;
      run.decided?.(action);
      const acted = await act(run, seen, action);
      if (acted.kind !== 'answered') return acted;
    }
  } catch (error) {
    if (!(error instanceof LabelsMovedError)) throw error;
    run.ledger.sawForeignChange();
    return REQUEUE;
  }
}

/** Nothing is wrong: another run may be alive, or a person has said so. */
function isNotNow(error: unknown): error is RotationError {
  return isRotationError(error, 'rotation-in-progress', 'too-soon', 'frozen');
}

/** How a run ends that met an error outside an attempt. */
function outcomeOf({ ledger }: Run, error: unknown, { atRest }: Progress): Outcome {
  if (ledger.pendingStands) return 'interrupted';
  if (atRest && ledger.achieved) return ledger.achieved;
  // The run could not read whether a rotation is under way.
  const unknown =
    ledger.pendingStands === undefined &&
    isRotationError(error, 'store-unavailable', 'store-throttled', 'store-forbidden');
  return ledger.changed === false && !unknown ? 'refused' : 'interrupted';
}
