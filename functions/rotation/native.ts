import { serializeDocument } from '../credential/document.ts';
import { isRotationError, RotationError } from '../credential/errors.ts';
import type { NativeRequest } from '../credential/native-steps.ts';
import { isFailure, type Rotation } from '../credential/outcome.ts';
import type { Credential } from '../credential/settings/credential.ts';
import { VersionTakenError } from '../ports/secret-store.ts';
import { act } from './act/act.ts';
import { newDocument, resumedAttempt } from './act/begin.ts';
import { type Acted, ended } from './attempt/acted.ts';
import { apply } from './attempt/execute.ts';
import { decideStep, type LookingStep } from './decide/native-steps.ts';
import type { StepAction } from './decide/terms/action.ts';
import { factsOf } from './decide/terms/facts.ts';
import { LabelsMovedError, movedMeanwhile } from './labels/labels.ts';
import { proveAccepted } from './observe/looks.ts';
import type { Observation } from './observe/observation.ts';
import { observe } from './observe/observe.ts';
import { parsePending } from './observe/pending.ts';
import { planRepeat } from './plan/repeat.ts';
import { beginRun, type Run, type RunDeps } from './run/context.ts';
import { withChanges } from './run/in-doubt.ts';

/** A step that has acted so often without coming to an end is given up. */
const MAX_ACTIONS = 8;

/**
 * One of Secrets Manager's four steps. Together they do what one run does, in the same order and with the same guarantees: the
 * candidate is journaled by `createSecret`; `setSecret` renews, checks and pushes with nothing in between, and undoes what fails;
 * `finishSecret` promotes and clears. Each can be repeated.
 *
 * @throws {RotationError} when the step can't be done: Secrets Manager repeats it, then gives the rotation up
 * @see [Lambda rotation functions](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)
 */
export async function rotationStep(credential: Credential, request: NativeRequest, deps: RunDeps): Promise<void> {
  const run = beginRun(credential, { trigger: 'secrets-manager' }, deps);
  const { step, versionId } = request;
  try {
    if (step === 'testSecret') await testSecret(run, versionId);
    else await takeStep(run, { step, versionId });
  } catch (error) {
    if (isRotationError(error)) throw withChanges(error, run.ledger.changed);
    if (!(error instanceof LabelsMovedError)) throw error;
    throw withChanges(movedMeanwhile(), run.ledger.changed);
  }
}

/** At registration there is only a version without a value: nothing can be tested, and nothing is wrong. */
async function testSecret(run: Run, versionId: string): Promise<void> {
  const content = parsePending(await run.ports.store.read(versionId));
  if (content.kind === 'candidate') await proveAccepted(run, content.document, 'token-refused');
}

async function takeStep(run: Run, request: { step: LookingStep; versionId: string }): Promise<void> {
  // Secrets Manager has made the version: a list without it is stale.
  run.ledger.versions.confirmed(request.versionId);
  const purpose = { begins: false, step: { versionId: request.versionId, reads: request.step !== 'createSecret' } };
  let seen = await observe(run, purpose);
  for (let actions = 0; actions < MAX_ACTIONS; actions++) {
    const action = decideStep(factsOf(run, seen), request);
    const acted = await carryOut(run, seen, action);
    if (acted.kind === 'ended') return await end(run, acted.rotation);
    if (acted.kind === 'answered') continue;
    // Any other action after which a step would observe anew is its end: labels were cleared.
    if (action.kind !== 'push-current') return;
    seen = await observe(run, purpose);
  }
  throw new RotationError('internal-error', 'The step did not come to an end');
}

async function carryOut(run: Run, seen: Observation, action: StepAction): Promise<Acted> {
  if (action.kind === 'fill') return await fill(run, seen, action.versionId);
  if (action.kind !== 'apply') return await act(run, seen, action);
  const applied = await apply(run, resumedAttempt(run, seen, action));
  return applied.ended ?? ended(run, { outcome: 'unchanged' });
}

/** Fills the version that RotateSecret has made. */
async function fill(run: Run, seen: Observation, versionId: string): Promise<Acted> {
  const value = serializeDocument(newDocument(run, seen));
  try {
    await run.ledger.sent(() => run.ports.store.put({ id: versionId, value, stage: 'AWSPENDING' }));
  } catch (error) {
    // A call of this step before has put its candidate. What that is, the next step reads.
    if (!(error instanceof VersionTakenError)) throw error;
  }
  return ended(run, { outcome: 'unchanged' });
}

/**
 * What is stored and not applied everywhere is a rotation that is done: Secrets Manager must not go back on it, and a run is planned
 * that carries on. Everything else that fails is Secrets Manager's to repeat.
 */
async function end(run: Run, { outcome, failure }: Rotation): Promise<void> {
  if (outcome === 'stored-not-applied') await planRepeat(run, { due: false });
  if (!isFailure(outcome) || outcome === 'stored-not-applied') return;
  if (!failure) throw movedMeanwhile();
  throw new RotationError(failure.code, `${outcome}: ${failure.detail}`);
}
