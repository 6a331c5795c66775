import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import type { Failure, RetireReport } from '../credential/outcome.ts';
import type { Credential } from '../credential/settings/credential.ts';
import { askForRetire } from './act/ask.ts';
import { endByPerson } from './act/by-person.ts';
import { endUnderLease } from './act/end-previous.ts';
import { decideRetire } from './decide/retire.ts';
import type { RetireAction } from './decide/terms/action.ts';
import { factsOf } from './decide/terms/facts.ts';
import { clear, LabelsMovedError, movedMeanwhile } from './labels/labels.ts';
import type { Look } from './observe/observation.ts';
import { look } from './observe/observe.ts';
import { planRepeat } from './plan/repeat.ts';
import { planPostponedRetire } from './plan/retire.ts';
import { beginRun, type Run, type RunDeps } from './run/context.ts';
import { withChanges } from './run/in-doubt.ts';

/** What is to be ended, and how often it was postponed. */
export interface RetireRequest {
  readonly versionId: string;
  readonly attempt: number;
  /** Connectors that the end does not wait for: a call has left them behind. */
  readonly leaveBehind?: readonly string[] | undefined;
}

/**
 * Ends the grace period: the secret of the version that it names is ended in the IAM, and proven to be refused. It does nothing
 * unless that version is AWSPREVIOUS, and postpones itself while a connector holds the old secret or another run is under way.
 *
 * @throws {RotationError} `schedule-unavailable` when it could not be planned again: Lambda tries again
 */
export async function retire(credential: Credential, request: RetireRequest, deps: RunDeps): Promise<RetireReport> {
  const { leaveBehind } = request;
  const run = beginRun(credential, { trigger: 'schedule', ...(leaveBehind && { leaveBehind }) }, deps);
  const report = (outcome: RetireReport['outcome'], failure?: Failure): RetireReport => ({
    credential: credential.id,
    versionId: request.versionId,
    outcome,
    steps: run.draft.steps,
    ...(failure ? { failure } : {}),
  });
  const ended = await tryRetire(run, request).catch((error: unknown) => failureIn(error));
  await planNext(run, request, ended);
  return isRotationError(ended) ? report('postponed', describeError(ended)) : report(ended);
}

/** @throws what is no failure of the retire's own */
function failureIn(error: unknown): RotationError {
  if (error instanceof LabelsMovedError) return movedMeanwhile();
  if (isRotationError(error)) return error;
  throw error;
}

/** @throws {RotationError} `schedule-unavailable`. It tells whether the run had changed anything */
async function planNext(run: Run, request: RetireRequest, ended: Ended | RotationError): Promise<void> {
  try {
    if (isRotationError(ended)) await planPostponedRetire(run, request);
    // What the retire may not put right is put right by a run that may do so, and begins nothing.
    if (leavesWork(request, ended)) await planRepeat(run, { due: false });
  } catch (error) {
    throw isRotationError(error) ? withChanges(error, run.ledger.changed) : error;
  }
}

/**
 * Whether something is left that keeps a secret from being ended, or a connector that a call has left behind: the run of that call
 * plans what gives it the new secret, unless that run has died.
 */
function leavesWork({ leaveBehind }: RetireRequest, ended: Ended | RotationError): boolean {
  if (isRotationError(ended)) return isRotationError(ended, 'not-at-rest', 'connector-behind');
  return leaveBehind !== undefined;
}

type Ended = Exclude<RetireReport['outcome'], 'postponed'>;

async function tryRetire(run: Run, { versionId }: RetireRequest): Promise<Ended> {
  const seen = await look(run);
  for (;;) {
    const action = decideRetire(factsOf(run, seen), versionId);
    if (action.kind === 'rest') return 'unchanged';
    if (await carryOut(run, seen, action)) return 'retired';
  }
}

/** @returns whether the retire is done */
async function carryOut(run: Run, seen: Look, action: Exclude<RetireAction, { kind: 'rest' }>): Promise<boolean> {
  switch (action.kind) {
    case 'refuse':
      throw action.failure;
    case 'ask':
      await askForRetire(run, seen, action.question);
      return false;
    case 'clear':
      await clear(run, action.versionId);
      return false;
    case 'retire': {
      const { retireDocuments } = run.ledger.answers;
      if (!retireDocuments) throw new RotationError('internal-error', 'The documents were not read');
      if (!run.ports.iam.capabilities.set) await endByPerson(run, action.versionId, retireDocuments);
      else await endUnderLease(run, seen.labels, retireDocuments);
      return true;
    }
  }
}
