import type { IamClient, SecretChange } from '../ports/iam.ts';
import type { CredentialDocument } from './document.ts';
import { describeError, isRotationError, type RotationError } from './errors.ts';
import { planRepeat, planRetire } from './grace.ts';
import { assertLabels, assertLabelsOrWon, clear, LabelsMovedError, lookAgain, promote } from './labels.ts';
import type { ConnectorView, Labels, StoredDocument } from './observe.ts';
import type { Outcome, Rotation, Strategy } from './outcome.ts';
import { isHeld, PAUSES_MS, proveAccepted, proveHeld } from './proofs.ts';
import { push } from './push.ts';
import { assertTime, type Run, report, step } from './run.ts';
import { keepsCurrent } from './strategy.ts';
import { undo } from './undo.ts';

/** A candidate on its way, and all that is needed to bring it home or to take it back. */
export interface Attempt {
  readonly labels: Labels;
  readonly current: StoredDocument;
  readonly candidate: { readonly id: string; readonly document: CredentialDocument };
  /** The client that the candidate is about. */
  readonly client: IamClient;
  readonly connectors: readonly ConnectorView[];
  /** Null when what the IAM holds is adopted or repaired. */
  readonly strategy: Strategy | null;
  /** The IAM write; absent when the IAM holds the candidate already. */
  readonly change?: SecretChange;
  /** C was accepted before: where the strategy keeps it, it has to be accepted afterwards. */
  readonly honoured: boolean;
  /** The previous secret is to be ended after grace. */
  readonly retires: boolean;
  /**
   * What an undo gives back: the IAM's secret, the connectors' and the label; all but the IAM's, where the IAM has to stay as it
   * is; or nothing, where the old secret can't be had again.
   */
  readonly wayBack: 'iam' | 'labels' | 'none';
  /** What the run has achieved once the candidate is home. */
  readonly achieves: Outcome;
}

/** The run goes on looking, or has ended. */
export type Next = 'observe' | Rotation;

/**
 * Renew → check → push → promote → clear, with nothing in between. A failure before the promote is undone. But when only a
 * connector can't be reached, and going back would not help it, the run promotes and goes on pushing.
 */
export async function execute(run: Run, attempt: Attempt): Promise<Next> {
  const applied = await apply(run, attempt);
  return applied instanceof Map ? await settle(run, attempt, applied) : applied;
}

/**
 * Renew → check → push: everything before the promote.
 *
 * @returns the connectors that are behind, or how the run went on when it could not get this far
 */
export async function apply(run: Run, attempt: Attempt): Promise<Next | Map<string, RotationError>> {
  run.rotationId = attempt.candidate.id;
  if (attempt.strategy) run.strategy = attempt.strategy;
  try {
    assertTime(run);
    if (attempt.change) await renew(run, attempt, attempt.change);
    await check(run, attempt);
    const fence = () => assertLabelsOrWon(run, { current: attempt.current.id, pending: attempt.candidate.id });
    const failures = await push(run, { views: attempt.connectors, document: attempt.candidate.document, fence });
    const [failure] = failures.values();
    if (failure && !rollsForward(attempt)) throw failure;
    return failures;
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    const failure = describeError(error);
    // An IAM that is away says nothing of a secret that it was seen to hold: connectors may use it already.
    const away = !attempt.change && isRotationError(error, 'iam-timeout', 'iam-unavailable');
    return away ? report(run, { outcome: 'interrupted', failure }) : await undo(run, attempt, failure);
  }
}

/** With overlap both secrets work; what was adopted, or can't be taken back, is the only one that does. */
function rollsForward({ strategy, wayBack }: Attempt): boolean {
  return strategy !== 'in-place' || wayBack === 'none';
}

async function renew(run: Run, { client, candidate, current }: Attempt, change: SecretChange): Promise<void> {
  await step(run, 'renew', async () => {
    for (let tries = 0; ; tries++) {
      run.changed = true;
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
    const { candidate, current, strategy, honoured } = attempt;
    const keeps = strategy !== null && keepsCurrent(strategy);
    const proofs = await Promise.allSettled([
      proveHeld(run, candidate.document),
      proveAccepted(run, candidate.document, 'token-refused'),
      ...(keeps && honoured ? [proveAccepted(run, current.document, 'iam-overlap-lost')] : []),
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
    if (attempt.retires && attempt.honoured)
      await planRetire(run, { versionId: current.id, promotedAt: run.runtime.now() });
    await probeProjection(run, candidate.document);
    const [failure] = failures.values();
    const version = { id: candidate.id, createdAt: run.startedAt };
    const previousWorks = attempt.retires && attempt.honoured;
    if (failure) return await storedNotApplied(run, { failure, version, previousWorks });
    await clear(run, candidate.id);
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    throw error;
  }
  return run.renewAdopted ? 'observe' : report(run, { outcome: attempt.achieves });
}

interface StoredNotApplied {
  readonly failure: RotationError;
  readonly version: Pick<StoredDocument, 'id' | 'createdAt'>;
  /** Whether the connector's old secret still works. */
  readonly previousWorks: boolean;
}

/** The truth is stored, a connector is behind: AWSPENDING stays on the current version, and a repeat is planned. */
export async function storedNotApplied(
  run: Run,
  { failure, version, previousWorks }: StoredNotApplied,
): Promise<Rotation> {
  await planRepeat(run, version);
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
