import type { Attempt, Next } from './attempt.ts';
import { describeError, RotationError } from './errors.ts';
import { backstop } from './grace.ts';
import { assertLabels, clear, LabelsMovedError, lookAgain } from './labels.ts';
import { type ConnectorView, holds } from './observe.ts';
import type { Failure } from './outcome.ts';
import { isHeld, proveAccepted, proveHeld } from './proofs.ts';
import { type Push, push } from './push.ts';
import { type Run, report, step } from './run.ts';

/**
 * Takes an attempt back before its promote: the previous secret into the IAM, seen to be held and accepted; the previous
 * document into every connector that was or may have been written; then AWSPENDING is cleared.
 *
 * @param cause why; told in the outcome
 * @returns `rolled-back`, or `interrupted` with AWSPENDING kept when the undo failed too: the next run resumes
 */
export async function undo(run: Run, attempt: Attempt, cause: Failure): Promise<Next> {
  if (attempt.wayBack === 'none') return report(run, { outcome: 'interrupted', failure: cause });
  try {
    await step(run, 'undo', () => restoreIam(run, attempt));
    await restoreConnectors(run, attempt);
    await clear(run, attempt.candidate.id);
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    const detail = `${cause.detail}. The undo failed as well: ${describeError(error).detail}`;
    return report(run, { outcome: 'interrupted', failure: { ...cause, detail } });
  }
  return report(run, { outcome: 'rolled-back', failure: cause });
}

async function restoreIam(run: Run, attempt: Attempt): Promise<void> {
  if (run.unanswered) await waitOut(run);
  run.unanswered = false;
  await fence(run, attempt);
  if (attempt.wayBack === 'iam') await restoreSecret(run, attempt);
}

/** A write that was sent and not answered may still be carried out, after ours; it can't be once its time-out is over. */
async function waitOut(run: Run): Promise<void> {
  if (run.runtime.remainingMs() < 2 * run.timing.httpTimeoutMs) {
    throw new RotationError('out-of-time', 'No time to wait for a write that was not answered');
  }
  await run.runtime.sleep(run.timing.httpTimeoutMs);
}

/** While a connector may use the candidate, both secrets stay valid, where the IAM can do that. */
async function restoreSecret(run: Run, attempt: Attempt): Promise<void> {
  const { client, current, candidate, strategy } = attempt;
  const { clientSecret: secret } = current.document;
  if (!(await isHeld(run, client.clientId, secret))) {
    const keeps = strategy === 'dual-secret' && behind(run, attempt).length > 0;
    const previous = { secret: candidate.document.clientSecret, validUntil: backstop(run) };
    await run.ports.iam.setSecret(client, keeps ? { secret, previous } : { secret });
    await proveHeld(run, current.document);
  }
  await proveAccepted(run, current.document, 'token-refused');
}

/** Connectors that were written, to which a write was sent, or that were not seen to hold the previous document. */
function behind(run: Run, { connectors, current }: Attempt): readonly ConnectorView[] {
  return connectors.filter(
    (view) => run.touched.has(view.connector.name) || view.error || !holds(view, current.document),
  );
}

/**
 * Each is read anew. One that did not answer a write is written in any case, so that the late write meets another ETag; where that
 * fails as well, the late write is waited out.
 */
async function restoreConnectors(run: Run, attempt: Attempt): Promise<void> {
  const views = behind(run, attempt).map(({ connector }) => ({ connector, error: UNREAD }));
  if (views.length === 0) return;
  const failures = await pushBack(run, attempt, { views, rewrite: new Set(run.unansweredBy) });
  if (failures.size > 0) {
    await waitOut(run);
    const failed = views.filter(({ connector }) => failures.has(connector.name));
    const [failure] = (await pushBack(run, attempt, { views: failed })).values();
    if (failure) throw failure;
  }
  if (attempt.strategy !== 'dual-secret') return;
  // The client may have been read while it held the candidate: what stays is named.
  await run.ports.iam.endPrevious({ ...attempt.client, secret: attempt.current.document.clientSecret });
}

async function pushBack(
  run: Run,
  attempt: Attempt,
  what: Pick<Push, 'views' | 'rewrite'>,
): Promise<Map<string, RotationError>> {
  const { document } = attempt.current;
  return await push(run, { ...what, document, fence: () => fence(run, attempt), step: 'push-back' });
}

async function fence(run: Run, { current, candidate }: Attempt): Promise<void> {
  await assertLabels(run, { current: current.id, pending: candidate.id });
}

const UNREAD = new RotationError('connector-unavailable', 'It was not read since it was written');
