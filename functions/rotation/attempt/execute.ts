import type { CredentialDocument } from '../../credential/document.ts';
import { describeError, isRotationError, type RotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import type { IamClient } from '../../ports/iam.ts';
import { type Attempt, keepsTimeForUndo } from '../decide/terms/attempt.ts';
import { assertLabels, assertLabelsOrWon, clear, LabelsMovedError, promote } from '../labels/labels.ts';
import { askToken, isAway } from '../observe/looks.ts';
import { endInIam, holds, sameCredential } from '../observe/observation.ts';
import { planRetire } from '../plan/retire.ts';
import { type Run, timed } from '../run/context.ts';
import { type Acted, ended, REQUEUE } from './acted.ts';
import { check, isKept, type Kept, type Proof } from './check.ts';
import { takeOverTimes } from './extend.ts';
import { push } from './push.ts';
import { renew } from './renew.ts';
import { undo } from './undo.ts';

/** How far an attempt has come before its promote. */
export type Applied =
  | { readonly ended: Acted; readonly failures?: never }
  | { readonly ended?: never; readonly failures: ReadonlyMap<string, RotationError>; readonly kept: Kept };

/**
 * Renew → check → push → promote → clear, with nothing in between. A failure before the promote is undone. But when only a
 * connector can't be reached, and going back would not help it, the run promotes and goes on pushing.
 *
 * @param proving the proof that the IAM holds and accepts the candidate, where it was begun before
 * @throws {LabelsMovedError} when another run moved the labels
 */
export async function execute(run: Run, attempt: Attempt, proving?: Promise<Proof>): Promise<Acted> {
  const applied = await apply(run, attempt, proving);
  return applied.failures ? await settle(run, attempt, applied) : applied.ended;
}

/**
 * Renew → check → push: everything before the promote.
 *
 * @throws {LabelsMovedError} when another run moved the labels
 */
export async function apply(run: Run, attempt: Attempt, proving?: Promise<Proof>): Promise<Applied> {
  run.draft.isAbout(attempt.candidate.id);
  // What an earlier attempt of this run has kept may end with this one.
  run.draft.previousWorksUntil(undefined);
  run.ledger.attemptBegins();
  const leave = keepsTimeForUndo(attempt) ? run.budget.enter('forward') : () => undefined;
  try {
    if (attempt.change) await renew(run, attempt, attempt.change);
    const kept = await check(run, attempt, proving);
    const fence = () => assertLabelsOrWon(run, { current: attempt.current.id, pending: attempt.candidate.id });
    const { connectors: views, candidate, current } = attempt;
    const failures = await push(run, { views, version: candidate, former: current.document, fence });
    const [failure] = failures.values();
    if (failure && !rollsForward(run, attempt, { failures, kept })) throw failure;
    return { failures, kept };
  } catch (error) {
    if (error instanceof LabelsMovedError) throw error;
    const failure = describeError(error);
    // An IAM that is away says nothing of a secret that it was seen to hold: connectors may use it already.
    const away = !attempt.change && isAway(error);
    return { ended: away ? ended(run, { outcome: 'interrupted', failure }) : await undo(run, attempt, failure) };
  } finally {
    leave();
  }
}

/**
 * Whether a failed push is no reason to go back: where the current secret works as well; where the candidate is the only secret that
 * does, since it was adopted, can't be taken back, or has taken the place of one that nobody can set again; and where another run had
 * pushed already, as far as can be seen, before it died.
 */
function rollsForward(
  run: Run,
  attempt: Attempt,
  { failures, kept }: { failures: ReadonlyMap<string, RotationError>; kept: Kept },
): boolean {
  const { adopts, undoScope, change, connectors, candidate } = attempt;
  if (adopts || undoScope === 'nothing' || isCurrentDead(attempt, kept)) return true;
  if (kept.works) return !run.ledger.connectors.anyDistorted;
  const writtenTo = [...failures.keys()].some((name) => run.ledger.connectors.wasWritten(name));
  const readable = connectors.filter((view) => !view.error);
  const usesCandidate = readable.length === 0 || readable.some((view) => holds(view, candidate.document));
  return !change && !writtenTo && usesCandidate;
}

/** Whether the current secret is refused, and an undo would leave it so: it is the other client's, or only a person could set it. */
function isCurrentDead({ undoScope, candidate, current, currentWasAccepted }: Attempt, { works }: Kept): boolean {
  if (candidate.document.clientId !== current.document.clientId) return !currentWasAccepted;
  return undoScope === 'all-but-iam' && !works;
}

async function settle(
  run: Run,
  attempt: Attempt,
  { failures, kept }: { failures: ReadonlyMap<string, RotationError>; kept: Kept },
): Promise<Acted> {
  const { candidate, current, outcome } = attempt;
  await promote(run, { from: current.id, to: candidate.id });
  run.ledger.sawHeld(candidate.document.clientId, secretFingerprint(candidate.document.clientSecret));
  run.ledger.achieve(outcome);
  if (isAnswer(run, attempt)) run.ledger.rotationDone();
  const client = await takeOverTimes(run, kept.client, kept.works ? current.document : undefined);
  const former = client.clientId === current.document.clientId ? client : attempt.clientInUse;
  // A write where the policy applies no more takes away what was kept.
  const works = kept.works && (client === kept.client || isKept(run, client, attempt));
  await planEnd(run, attempt, { ...kept, works, validUntil: endInIam(former, current.document) });
  await probeProjection(run, candidate.document);
  const [failure] = [...failures.values(), ...(await handOver(run, attempt)).values()];
  if (failure) return await storedNotApplied(run, { failure, previous: current.document, client: kept.client });
  await clear(run, candidate.id);
  return goesOn(run) ? REQUEUE : ended(run, { outcome });
}

/**
 * Whether an attempt has done what was asked for. What is adopted or set again is no renewal; and a rollback is not done by the
 * candidate of another run.
 */
function isAnswer({ request, ledger }: Run, { adopts, candidate, current }: Attempt): boolean {
  if (adopts || sameCredential(candidate.document, current.document)) return false;
  return !request.rollback || ledger.hasPut(candidate.id);
}

/** Whether something is left to do once an attempt is through: a renewal that is owed, a secret to be ended, or the rollback itself. */
function goesOn({ request, ledger }: Run): boolean {
  return ledger.owesRenewal || request.revokePrevious === true || (request.rollback === true && !ledger.promoted);
}

/** Asks people to enter the secret, now that it is current. */
async function handOver(run: Run, { attended, candidate }: Attempt): Promise<ReadonlyMap<string, RotationError>> {
  if (attended.length === 0) return new Map();
  const fence = () => assertLabels(run, { current: candidate.id, pending: candidate.id });
  return await push(run, { views: attended, version: candidate, fence, step: 'hand-over' });
}

/**
 * Plans the end of the previous secret where the IAM keeps it: after grace where it was to be kept, else as soon as can be. A secret
 * that is refused today, since it has expired, may be accepted tomorrow, since somebody saved the client.
 */
async function planEnd(
  run: Run,
  { current, candidate }: Attempt,
  { validUntil, works, lingers }: Kept & { readonly validUntil: Date | undefined },
): Promise<void> {
  const same = sameSecret(current.document.clientSecret, candidate.document.clientSecret);
  if (same || !lingers) return;
  const plan = {
    versionId: current.id,
    promotedAt: run.runtime.now(),
    validUntil,
    atOnce: !works || run.request.revokePrevious === true,
  };
  // Until when an IAM that nobody can read keeps a secret of its own accord is not known.
  const alternates = current.document.clientId !== candidate.document.clientId;
  const isKnown = run.ports.iam.capabilities.read || alternates;
  await planRetire(run, { ...plan, works: works && isKnown });
}

/** A run that has stored the truth while a connector is behind. */
interface StoredNotApplied {
  readonly failure: RotationError;
  /** What a connector that is behind may still use. */
  readonly previous?: CredentialDocument | undefined;
  /** The client as it was seen to hold the current secret. */
  readonly client: IamClient;
}

/**
 * AWSPENDING stays on the current version until every connector has it. Whether the old secret works is asked, where the IAM keeps
 * it: a node that has not heard of the change also accepts a secret that is kept no more.
 */
export async function storedNotApplied(run: Run, { failure, previous, client }: StoredNotApplied): Promise<Acted> {
  const previousWorks = previous !== undefined && (await stillWorks(run, previous, client));
  return ended(run, { outcome: 'stored-not-applied', previousWorks, failure: describeError(failure) });
}

async function stillWorks(run: Run, document: CredentialDocument, client: IamClient): Promise<boolean | null> {
  const { clientId, secret, previous } = client;
  // Of an IAM that nobody can read only a token request tells what it keeps.
  const isReadable = run.ports.iam.capabilities.read;
  if (clientId !== document.clientId || !isReadable) return await doesItWork(run, document);
  // The secret is the current one, which was proven.
  if (sameSecret(secret, document.clientSecret)) return true;
  return sameSecret(previous?.secret, document.clientSecret) && (await doesItWork(run, document));
}

/** Whether a secret gets a token; null when the IAM can't be asked. */
export async function doesItWork(run: Run, document: CredentialDocument): Promise<boolean | null> {
  try {
    return (await askToken(run, document)).accepted;
  } catch (error) {
    if (isRotationError(error)) return null;
    throw error;
  }
}

async function probeProjection(run: Run, document: CredentialDocument): Promise<void> {
  const { projection, tokens } = run.ports;
  if (!projection) return;
  await timed(run, 'projection', async () => {
    const answer = await tokens.request(document);
    run.draft.sawProjection(answer.accepted ? await projection.probe(answer.accessToken) : 'unavailable');
  });
}
