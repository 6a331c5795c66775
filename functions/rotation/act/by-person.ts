import { type CredentialDocument, serializeDocument } from '../../credential/document.ts';
import { durationMs } from '../../credential/duration.ts';
import { describeError, isRotationError, RotationError } from '../../credential/errors.ts';
import { NO_SECRET, sameSecret } from '../../credential/secret/secret.ts';
import type { Inbox, Submission } from '../../ports/inbox.ts';
import type { TaskKind, Tasks } from '../../ports/tasks.ts';
import { type Acted, ended, REQUEUE } from '../attempt/acted.ts';
import { execute } from '../attempt/execute.ts';
import type { ActionOf } from '../decide/terms/action.ts';
import { type Attempt, submissionOf } from '../decide/terms/attempt.ts';
import { assertStillCurrent, journal } from '../labels/labels.ts';
import { isEnded } from '../observe/looks.ts';
import { found, type Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import { tellOfTasks } from '../plan/tasks.ts';
import { type Run, timed } from '../run/context.ts';

/**
 * Asks a person to refresh the secret in the IAM and to submit it.
 *
 * @throws {LabelsMovedError} when AWSCURRENT was merely read from before a rotation: nobody is asked to refresh a secret that works
 */
export async function awaitPerson(
  run: Run,
  seen: Observation,
  { versionId, failure }: ActionOf<'await-person'>,
): Promise<Acted> {
  await assertStillCurrent(run, seen.labels);
  await openIamTask(run, 'submit-secret', versionId);
  // What the run has put right before was a change: the tasks tell that somebody is asked.
  const { achieved: outcome = 'awaiting-person' } = run.ledger;
  return ended(run, { outcome, ...(failure && { failure: describeError(failure) }) });
}

/**
 * Opens a task about the IAM. One that is open already keeps its times.
 *
 * @param versionId the version whose secret is to be replaced, or to be ended
 */
async function openIamTask(run: Run, kind: Exclude<TaskKind, 'enter-secret'>, versionId: string): Promise<void> {
  const { iam } = run.credential;
  const withinMs = iam.type === 'manual' ? durationMs(iam.within) : 0;
  const openedAt = run.runtime.now();
  const dueAt = new Date(openedAt.getTime() + withinMs);
  await tasksOf(run).open({ kind, versionId, openedAt, dueAt });
}

/**
 * Ends a previous secret that only a person can end: it is ended once the IAM refuses it. Until then a person is asked to refresh the
 * client that is no longer in use. Of the one client that is in use nobody is asked to refresh anything: that would cut it off.
 *
 * @throws {RotationError} `awaiting-person` while the IAM accepts it; `client-not-usable` while the IAM refuses the client as such,
 *   which proves nothing
 */
export async function endByPerson(
  run: Run,
  versionId: string,
  { old, current }: { readonly old: CredentialDocument; readonly current: CredentialDocument },
): Promise<void> {
  const kind = 'end-former-secret';
  if (await isEnded(run, old)) return await tasksOf(run).close({ kind, versionId });
  if (old.clientId === current.clientId)
    throw new RotationError(
      'awaiting-person',
      'The IAM keeps the former secret beside the current one: its own policy ends it, or the next rotation',
    );
  await openIamTask(run, kind, versionId);
  await tellOfTasks(run);
  throw new RotationError(
    'awaiting-person',
    'The IAM accepts the former secret, and only a person can refresh its client',
  );
}

/** Makes what a person has submitted the current secret, and empties the inbox once it is. */
export async function adoptSubmission(run: Run, seen: Observation): Promise<Acted> {
  const { acceptedFor: clientId = '', secret = NO_SECRET } = submissionIn(seen);
  const client = { id: clientId, clientId, secret };
  const document = documentOf(run.credential, client);
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await executeSubmitted(run, seen, submissionOf(found(seen), { id, document }, client));
}

/** Carries an attempt to its end, and empties the inbox once what was submitted is current. */
export async function executeSubmitted(run: Run, seen: Observation, attempt: Attempt): Promise<Acted> {
  const acted = await execute(run, attempt);
  const { submission } = seen;
  const isCurrent = run.ledger.promoted && sameSecret(submission?.secret, attempt.candidate.document.clientSecret);
  if (!submission || !isCurrent || acted.kind !== 'ended') return acted;
  try {
    await empty(run, submission);
    return acted;
  } catch (error) {
    // The next run finds the current secret in the inbox, and empties the inbox.
    if (!isRotationError(error)) throw error;
    const { outcome, failure = describeError(error) } = acted.rotation;
    return ended(run, { ...acted.rotation, outcome, failure });
  }
}

/** Empties the inbox of what can't become the current secret. */
export async function refuseSubmission(
  run: Run,
  seen: Observation,
  { failure }: ActionOf<'refuse-submission'>,
): Promise<Acted> {
  await empty(run, submissionIn(seen));
  if (!seen.answer.accepted) await openIamTask(run, 'submit-secret', seen.current?.id ?? '');
  throw failure;
}

/** Empties the inbox of what has become the current secret. */
export async function emptyInbox(run: Run, seen: Observation): Promise<Acted> {
  await empty(run, submissionIn(seen));
  return REQUEUE;
}

async function empty(run: Run, submission: Submission): Promise<void> {
  await timed(run, 'empty-inbox', () => inboxOf(run).empty(submission));
}

function submissionIn({ submission }: Observation) {
  if (submission) return submission;
  throw new RotationError('internal-error', 'Nothing was submitted');
}

function inboxOf({ ports }: Run): Inbox {
  if (ports.inbox) return ports.inbox;
  throw new RotationError('internal-error', 'There is no inbox');
}

function tasksOf({ ports }: Run): Tasks {
  if (ports.tasks) return ports.tasks;
  throw new RotationError('internal-error', 'There are no tasks');
}
