import { durationMs } from '../../credential/duration.ts';
import { RotationError } from '../../credential/errors.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import { type Found, isSettled, type Observation, type SubmissionView } from '../observe/observation.ts';
import type { ActionOf, RotationAction } from './terms/action.ts';
import { connectorDiffers, notEntered, refusal, tooSoon, unreadable, unusable } from './terms/checks.ts';
import { type Facts, freezeFor } from './terms/facts.ts';

/**
 * What is done about an IAM that only a person can change, before the table of states is asked. Token requests tell what such an IAM
 * holds, and what a person has submitted is the one secret that can be new.
 *
 * | current accepted | submitted accepted | leads to |
 * |---|---|---|
 * | yes | none | the table of states; where a rotation is due, a person is asked |
 * | no | none | a person is asked at once |
 * | no | yes | the submitted secret becomes current: no undo, the run goes forward |
 * | yes | no | connectors first; then the inbox is emptied, and the secret stays as it is |
 * | no | no | the inbox is emptied, and a person is asked again |
 * | yes | yes, another | the submitted secret becomes current beside the one before |
 *
 * @returns undefined where the table of states says what to do
 */
export function byPerson(facts: Facts<Observation>): RotationAction | undefined {
  const { seen } = facts;
  // What was begun is carried to its end first, unless somebody has refreshed the secret since it was stored.
  if (seen.pending || (seen.labels.pending && seen.answer.accepted)) return undefined;
  return (
    (seen.submission && submitted(facts, seen.submission)) ??
    (seen.answer.accepted ? undefined : (refusal([unusable(seen.clientInUse)]) ?? unknown(facts)))
  );
}

function submitted(facts: Facts<Observation>, submission: SubmissionView): RotationAction | undefined {
  const { seen } = facts;
  if (sameSecret(submission.secret, seen.current?.document.clientSecret)) {
    return isConsumed(submission, seen)
      ? { kind: 'empty-inbox', reason: 'the submitted secret is the current one' }
      : refuseSubmission(seen, 'it is the current secret');
  }
  if (submission.fault !== undefined) return refuseSubmission(seen, submission.fault);
  if (submission.acceptedFor === undefined)
    // Of a client that is switched off nobody can tell whether a secret is its own.
    return (
      refusal([unusable(seen.clientToRenew), unusable(seen.clientInUse)]) ??
      refuseSubmission(seen, 'the IAM refuses it')
    );
  // Without a current document it is the first one, and the table says so.
  return hasCurrent(seen) ? adoptSubmission({ ...facts, seen }) : undefined;
}

function hasCurrent(seen: Observation): seen is Found {
  return seen.current !== undefined;
}

/** A run has made it current, and could not empty the inbox. */
function isConsumed({ createdAt }: SubmissionView, { current }: Observation): boolean {
  return current !== undefined && createdAt <= current.createdAt;
}

/** While the current secret works, nothing is hurried: a freeze is kept, and no connector is left behind. */
function adoptSubmission(facts: Facts): RotationAction | undefined {
  const { seen, known, leaseMs } = facts;
  const adopt = { kind: 'adopt-submission', reason: 'a person has submitted a secret that the IAM accepts' } as const;
  const early = known.mayBegin ? undefined : tooSoon(leaseMs);
  if (!seen.answer.accepted) return refusal([early]) ?? adopt;
  if (freezeFor(facts)) return undefined;
  if (isBehind(seen)) return connectorDiffers();
  return refusal([unreadable(seen), notEntered(seen), early]) ?? adopt;
}

/** Connectors first: whoever has submitted something else keeps none of them cut off until the next run. */
function refuseSubmission(seen: Observation, why: string): RotationAction {
  if (hasCurrent(seen) && seen.answer.accepted && isBehind(seen)) return connectorDiffers();
  const failure = new RotationError(
    'submission-refused',
    `The submitted secret was not taken: ${why}. The current secret stays as it is.`,
  );
  const atRest = unreadable(seen) === undefined;
  return { kind: 'refuse-submission', failure, reason: failure.message, atRest };
}

/** Whether a connector that can be read has to be given the current document. */
function isBehind({ connectors, current }: Found): boolean {
  return !connectors.every((view) => isSettled(view, current));
}

/** Nobody has told what the IAM holds. Before the first document nobody was asked to. */
function unknown(facts: Facts<Observation>): RotationAction {
  const { seen } = facts;
  const first = seen.current === undefined;
  const failure = new RotationError(
    'submission-needed',
    'The IAM refuses the current secret, and nobody has submitted another one',
  );
  const ask = { kind: 'await-person', versionId: seen.current?.id ?? '' } as const;
  if (first) return { ...ask, reason: 'nobody has submitted the first secret yet' };
  return { ...ask, failure, reason: failure.message };
}

/** A rotation is due: a person has to refresh the secret. It is a failure once the secret is older than it may get. */
export function awaitPerson({ seen, credential, now }: Facts): ActionOf<'await-person'> {
  const reason = 'a rotation is due, and only a person can refresh the secret in the IAM';
  const tooOld = now.getTime() - seen.current.createdAt.getTime() > durationMs(credential.maxAge);
  const failure = new RotationError(
    'awaiting-person',
    `The secret is older than maxAge (${credential.maxAge}), and nobody has refreshed and submitted it`,
  );
  return { kind: 'await-person', versionId: seen.current.id, reason, ...(tooOld && { failure }) };
}
