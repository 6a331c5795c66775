import { describeError, RotationError } from '../../credential/errors.ts';
import type { Failure } from '../../credential/outcome.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import type { IamClient, SecretChange } from '../../ports/iam.ts';
import { type Attempt, iamExpiry } from '../decide/terms/attempt.ts';
import { assertLabels, clear, LabelsMovedError } from '../labels/labels.ts';
import { findWhenBack, isRefused, proveAccepted, proveHeld, retryUntil, whenBack } from '../observe/looks.ts';
import { type ConnectorView, holds } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';
import { type Acted, ended } from './acted.ts';
import { type Push, push } from './push.ts';

/**
 * Takes an attempt back before its promote: the previous secret into the IAM, seen to be held and accepted; the previous
 * document into every connector that was or may have been written; then AWSPENDING is cleared. It may use all the time that is left.
 *
 * @param cause why; told in the outcome
 * @returns `rolled-back`, or `interrupted` with AWSPENDING kept when the undo failed too: the next run resumes
 * @throws {LabelsMovedError} when another run moved the labels
 */
export async function undo(run: Run, attempt: Attempt, cause: Failure): Promise<Acted> {
  if (attempt.undoScope === 'nothing') return ended(run, { outcome: 'interrupted', failure: cause });
  const leave = run.budget.enter('undo');
  try {
    await timed(run, 'undo', () => restoreIam(run, attempt));
    await restoreConnectors(run, attempt);
    await clear(run, attempt.candidate.id);
  } catch (error) {
    if (error instanceof LabelsMovedError) throw error;
    const detail = `${cause.detail}. The undo failed as well: ${describeError(error).detail}`;
    return ended(run, { outcome: 'interrupted', failure: { ...cause, detail } });
  } finally {
    leave();
  }
  return ended(run, { outcome: 'rolled-back', failure: cause });
}

async function restoreIam(run: Run, attempt: Attempt): Promise<void> {
  if (run.ledger.iamUnanswered) await waitOut(run, run.timing.httpTimeoutMs);
  run.ledger.iamSettled();
  await fence(run, attempt);
  if (attempt.undoScope === 'everything' && (await mayHold(run, attempt))) await restoreSecret(run, attempt);
}

/**
 * Whether the IAM may hold the candidate. A change that was refused for certain, or never sent, leaves nothing to restore. One that
 * was answered with success is taken back whatever a read says: it may come from a node that has not heard of the change.
 */
async function mayHold(run: Run, { change, client, current }: Attempt): Promise<boolean> {
  const { renewal } = run.ledger;
  if (change === undefined || renewal === 'answered') return true;
  if (renewal === 'not-sent') return false;
  return !sameSecret((await findWhenBack(run, client.clientId)).secret, current.document.clientSecret);
}

/** A write that was sent and not answered may still be carried out, after ours; it can't be once so many milliseconds are over. */
async function waitOut(run: Run, ms: number): Promise<void> {
  if (!run.budget.fits(ms)) {
    throw new RotationError('out-of-time', 'No time to wait for a write that was not answered');
  }
  await run.runtime.sleep(ms);
}

/** While a connector may use the candidate, both secrets stay valid, where the IAM can do that. */
async function restoreSecret(run: Run, attempt: Attempt): Promise<void> {
  const { client, current, candidate } = attempt;
  const { clientSecret: secret } = current.document;
  const previous = {
    secret: candidate.document.clientSecret,
    validUntil: iamExpiry(run.credential, run.runtime.now()),
  };
  const change = keepsCandidate(run, attempt) ? { secret, previous } : { secret };
  await whenBack(run, () => writeSecret(run, client.clientId, change));
  await proveHeld(run, current.document);
  await proveAccepted(run, current.document, 'token-refused');
  if (change.previous || (await isRefused(run, candidate.document))) return;
  throw new RotationError('iam-secret-not-held', 'The IAM still accepts the secret that was taken back');
}

/** The attempt may have read the client a minute ago. A write repeats what it read, so the client is read anew right before it. */
async function writeSecret(run: Run, clientId: string, change: SecretChange): Promise<void> {
  const { iam } = run.ports;
  const client = await iam.find(clientId);
  await run.ledger.sent(() => iam.setSecret(client, change));
}

function keepsCandidate(run: Run, attempt: Attempt): boolean {
  const { overlap, undoScope, adopts } = attempt;
  // The other one of two clients keeps what it was given, and a client that only a person can change what that person has made.
  if (undoScope !== 'everything' && !adopts) return false;
  return overlap !== 'none' && behind(run, attempt).length > 0;
}

/** Connectors that were written, to which a write was sent, or that were not seen to hold the previous document. */
function behind(run: Run, { connectors, current }: Attempt): readonly ConnectorView[] {
  return connectors.filter(
    (view) => run.ledger.connectors.wasWritten(view.connector.name) || view.error || !holds(view, current.document),
  );
}

/**
 * Each is read anew. One that did not answer a write is written in any case, so that the late write meets another ETag; where that
 * fails as well, the late write is waited out. One that this run has not written to, and that can't be reached, is as it was.
 */
async function restoreConnectors(run: Run, attempt: Attempt): Promise<void> {
  const views = behind(run, attempt).map(({ connector }) => ({ connector, error: UNREAD }));
  if (views.length === 0) return;
  const failures = await pushBack(run, attempt, { views, rewrite: run.ledger.connectors.unanswered });
  const failed = views.filter(
    ({ connector: { name } }) => failures.has(name) && run.ledger.connectors.wasWritten(name),
  );
  if (failed.length > 0) {
    await waitOut(run, lateMs(run, failed));
    const [failure] = (await pushBack(run, attempt, { views: failed })).values();
    if (failure) throw failure;
  }
  if (failures.size === failed.length && keepsCandidate(run, attempt)) await endCandidate(run, attempt);
}

/** How long a write to one of these connectors may still be carried out, in milliseconds. */
function lateMs({ timing }: Run, views: readonly ConnectorView[]): number {
  return Math.max(...views.map(({ connector }) => connector.lateMs ?? timing.httpTimeoutMs));
}

/**
 * Every connector holds the current secret again. The write names what stays, since a read may come from a node that lags. A client
 * that goes on showing the candidate was given it anew, by another call of the same step: Secrets Manager may repeat a step while a
 * call of it is at work, and no label tells the two apart. That call is left to finish what it has set.
 *
 * @throws {RotationError} `rotation-in-progress` when the candidate was set anew
 * @throws {LabelsMovedError} when the other call has finished already
 */
async function endCandidate(run: Run, attempt: Attempt): Promise<void> {
  const { client, current, candidate, adopts } = attempt;
  // What was adopted is in the IAM until this write.
  const isSetAnew = ({ secret }: IamClient) => !adopts && sameSecret(secret, candidate.document.clientSecret);
  const found = await retryUntil(
    run,
    () => findWhenBack(run, client.clientId),
    (seen) => !isSetAnew(seen),
  );
  if (isSetAnew(found)) {
    await fence(run, attempt);
    throw new RotationError('rotation-in-progress', 'Another call has set the candidate anew');
  }
  const restored: IamClient = { ...found, secret: current.document.clientSecret };
  await run.ledger.sent(() => run.ports.iam.endPrevious(restored));
}

async function pushBack(
  run: Run,
  attempt: Attempt,
  what: Pick<Push, 'views' | 'rewrite'>,
): Promise<ReadonlyMap<string, RotationError>> {
  const { current: version } = attempt;
  return await push(run, { ...what, version, fence: () => fence(run, attempt), step: 'push-back' });
}

async function fence(run: Run, { current, candidate }: Attempt): Promise<void> {
  await assertLabels(run, { current: current.id, pending: candidate.id });
}

const UNREAD = new RotationError('connector-unavailable', 'The connector was not read since it was written');
