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
  try {
    return report(await tryRetire(run, request));
  } catch (error) {
    const failure = error instanceof LabelsMovedError ? movedMeanwhile() : error;
    if (!isRotationError(failure)) throw error;
    await planAgain(run, request, failure);
    return report('postponed', describeError(failure));
  }
}

/** @throws {RotationError} `schedule-unavailable`. It tells whether the run had changed anything */
async function planAgain(run: Run, request: RetireRequest, failure: RotationError): Promise<void> {
  try {
    await planPostponedRetire(run, request);
    // What keeps a secret from being ended is put right by a run that may do so, and begins nothing.
    if (isRotationError(failure, 'not-at-rest', 'connector-behind')) await planRepeat(run, { due: false });
  } catch (error) {
    throw isRotationError(error) ? withChanges(error, run.ledger.changed) : error;
  }
}

async function tryRetire(run: Run, { versionId }: RetireRequest): Promise<'retired' | 'unchanged'> {
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
