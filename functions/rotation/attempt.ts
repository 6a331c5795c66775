import type { IamClient, SecretChange } from '../ports/iam.ts';
import type { CredentialDocument } from './document.ts';
import { describeError, isRotationError, type RotationError } from './errors.ts';
import { planRepeat, planRetire } from './grace.ts';
import { assertLabels, assertLabelsOrWon, clear, LabelsMovedError, promote } from './labels.ts';
import type { ConnectorView, Labels, StoredDocument } from './observe.ts';
import type { Outcome, Rotation } from './outcome.ts';
import { isHeld, PAUSES_MS, proveAccepted, proveHeld } from './proofs.ts';
import { push } from './push.ts';
import { assertTime, type Run, report, step } from './run.ts';
import { undo } from './undo.ts';

/** A candidate on its way, and all that is needed to bring it home or to take it back. */
export interface Attempt {
  readonly labels: Labels;
  readonly current: StoredDocument;
  readonly candidate: { readonly id: string; readonly document: CredentialDocument };
  readonly client: IamClient;
  readonly connectors: readonly ConnectorView[];
  /** The IAM write; absent when the IAM holds the candidate already. */
  readonly change?: SecretChange;
  /** C stays valid beside the candidate, as far as it was valid before. */
  readonly overlap: boolean;
  /** C was accepted before: with overlap it has to be accepted afterwards. */
  readonly honoured: boolean;
  /** What the IAM held before and gets back by an undo; absent when the IAM is to be left as it is. */
  readonly undoTo?: CredentialDocument;
  /** What the run has achieved once the candidate is home. */
  readonly achieves: Outcome;
}

/** The run goes on looking, or has ended. */
export type Next = 'observe' | Rotation;

/**
 * Renew → check → push → promote → clear, with nothing in between. Every failure before the promote is undone, except that an
 * overlap lets the run promote although a connector can't be reached: both secrets work, and pushing goes on.
 */
export async function execute(run: Run, attempt: Attempt): Promise<Next> {
  run.rotationId = attempt.candidate.id;
  run.strategy = attempt.overlap ? 'dual-secret' : 'in-place';
  let failures: Map<string, RotationError>;
  try {
    assertTime(run);
    if (attempt.change) await renew(run, attempt, attempt.change);
    await check(run, attempt);
    const fence = () => assertLabelsOrWon(run, { current: attempt.current.id, pending: attempt.candidate.id });
    failures = await push(run, { views: attempt.connectors, document: attempt.candidate.document, fence });
    const [failure] = failures.values();
    if (failure && !attempt.overlap) throw failure;
  } catch (error) {
    if (error instanceof LabelsMovedError) return 'observe';
    return await undo(run, attempt, describeError(error));
  }
  return await settle(run, attempt, failures);
}

async function renew(run: Run, { client, candidate, current }: Attempt, change: SecretChange): Promise<void> {
  await step(run, 'renew', async () => {
    for (let tries = 0; ; tries++) {
      try {
        return await run.ports.iam.setSecret(client, change);
      } catch (error) {
        if (!isRotationError(error, 'iam-timeout', 'iam-unavailable', 'iam-conflict')) throw error;
        if (error.code !== 'iam-conflict') run.unanswered = true;
        if (tries === 2) throw error;
        assertTime(run);
        await run.runtime.sleep(PAUSES_MS[tries] ?? 0);
        if (await isHeld(run, client.clientId, change.secret)) return;
        await assertLabels(run, { current: current.id, pending: candidate.id });
      }
    }
  });
}

/** A success status is no proof: the IAM has to hold the candidate, to accept it, and with overlap to accept C as well. */
async function check(run: Run, attempt: Attempt): Promise<void> {
  await step(run, 'check', async () => {
    const { candidate, current, overlap, honoured } = attempt;
    const proofs = await Promise.allSettled([
      proveAccepted(run, candidate.document, 'token-refused'),
      proveHeld(run, candidate.document),
      ...(overlap && honoured ? [proveAccepted(run, current.document, 'iam-overlap-lost')] : []),
    ]);
    for (const proof of proofs) if (proof.status === 'rejected') throw proof.reason;
  });
}

async function settle(run: Run, attempt: Attempt, failures: Map<string, RotationError>): Promise<Next> {
  const { candidate, current } = attempt;
  try {
    await promote(run, { from: current.id, to: candidate.id });
    run.achieved = attempt.achieves;
    if (attempt.achieves === 'rotated') run.promoted = true;
    if (attempt.overlap && attempt.honoured)
      await planRetire(run, { versionId: current.id, promotedAt: run.runtime.now() });
    await probeProjection(run, candidate.document);
    const [failure] = failures.values();
    if (failure)
      return await storedNotApplied(run, { failure, versionId: candidate.id, previousWorks: attempt.honoured });
    await clear(run, candidate.id);
  } catch (error) {
    if (error instanceof LabelsMovedError) return 'observe';
    throw error;
  }
  return run.renewAdopted ? 'observe' : report(run, { outcome: attempt.achieves });
}

/** The truth is stored, a connector is behind: AWSPENDING stays on the current version, and a repeat is planned. */
export async function storedNotApplied(
  run: Run,
  { failure, versionId, previousWorks }: { failure: RotationError; versionId: string; previousWorks: boolean },
): Promise<Rotation> {
  await planRepeat(run, versionId);
  return report(run, { outcome: 'stored-not-applied', previousWorks, failure: describeError(failure) });
}

async function probeProjection(run: Run, document: CredentialDocument): Promise<void> {
  const { projection, tokens } = run.ports;
  if (!projection) return;
  await step(run, 'projection', async () => {
    const answer = await tokens.request(document);
    run.projection = answer.accepted ? await projection.probe(answer.accessToken) : 'unavailable';
  });
}
