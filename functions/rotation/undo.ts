import type { Attempt, Next } from './attempt.ts';
import { RotationError } from './errors.ts';
import { assertLabels, clear, LabelsMovedError } from './labels.ts';
import type { Failure } from './outcome.ts';
import { isHeld, proveAccepted, proveHeld } from './proofs.ts';
import { push } from './push.ts';
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
    if (error instanceof LabelsMovedError) return 'observe';
    return report(run, { outcome: 'interrupted', failure: cause });
  }
  return report(run, { outcome: 'rolled-back', failure: cause });
}

async function restoreIam(run: Run, attempt: Attempt): Promise<void> {
  await waitOutUnanswered(run);
  await fence(run, attempt);
  if (attempt.wayBack === 'iam') await restoreSecret(run, attempt);
}

/** A write that was sent and not answered may still be carried out, after ours; it can't be once its time-out is over. */
async function waitOutUnanswered(run: Run): Promise<void> {
  if (!run.unanswered) return;
  if (run.runtime.remainingMs() < 2 * run.timing.httpTimeoutMs) {
    throw new RotationError('out-of-time', 'No time to wait for a write that the IAM did not answer');
  }
  await run.runtime.sleep(run.timing.httpTimeoutMs);
  run.unanswered = false;
}

async function restoreSecret(run: Run, { client, current }: Attempt): Promise<void> {
  const { document } = current;
  if (!(await isHeld(run, client.clientId, document.clientSecret))) {
    await run.ports.iam.setSecret(client, { secret: document.clientSecret });
    await proveHeld(run, document);
  }
  await proveAccepted(run, document, 'token-refused');
}

/** Only those that were written, or to which a write was sent; each is read anew. */
async function restoreConnectors(run: Run, attempt: Attempt): Promise<void> {
  const views = attempt.connectors
    .filter(({ connector }) => run.touched.has(connector.name))
    .map(({ connector }) => ({ connector, error: UNREAD }));
  if (views.length === 0) return;
  const what = { views, document: attempt.current.document, fence: () => fence(run, attempt), step: 'push-back' };
  const [failure] = (await push(run, what)).values();
  if (failure) throw failure;
}

async function fence(run: Run, { current, candidate }: Attempt): Promise<void> {
  await assertLabels(run, { current: current.id, pending: candidate.id });
}

const UNREAD = new RotationError('connector-unavailable', 'It was not read since it was written');
