import { RotationError } from '../../credential/errors.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import { candidateOf, holdOurs, holds, type PendingVersion } from '../observe/observation.ts';
import { usableDocument } from '../run/known.ts';
import type { RotationAction } from './terms/action.ts';
import { attemptUnderWay, renewalOf, reversible, timeNeededMs } from './terms/attempt.ts';
import {
  noTime,
  notEntered,
  overlapPossible,
  overlapUnderWay,
  overlapWanted,
  refusal,
  refuse,
  strategyCheck,
  unattended,
  unusable,
} from './terms/checks.ts';
import { type Facts, mayRenew } from './terms/facts.ts';

/** An intent, and the IAM holds what it held: regenerate under an intent of this run's own, or drop the intent. */
export function intentOpen(facts: Facts): RotationAction {
  const { seen, time } = facts;
  const pending = pendingOf(facts);
  if (pending.own) {
    const failure = new RotationError('iam-timeout', 'The IAM did not answer whether it regenerated the secret');
    return refuse(failure);
  }
  if (!mayRenew(facts) || seen.connectors.some((view) => view.error))
    return clear(pending, 'the intent of a dead run cannot be carried out now');
  const unfit = refusal([unusable(seen.clientToRenew)]);
  if (unfit) return unfit;
  if (notEntered(seen))
    return clear(pending, 'a person has yet to enter the current secret, and nothing is renewed before');
  const behind = seen.connectors.some((view) => !holds(view, seen.current.document));
  if (behind && seen.answer.accepted)
    return {
      kind: 'push-current',
      reason: 'a connector does not hold the current secret, and nothing is renewed before',
    };
  const overlap = overlapWanted(facts);
  const needed = timeNeededMs(time, { overlap, undoScope: 'nothing', renews: false });
  return (
    refusal([noTime(facts, needed)]) ??
    strategyCheck(facts) ?? {
      kind: 'regenerate',
      overlap,
      outcome: 'rotated',
      reason: 'a run died before the IAM made the secret',
    }
  );
}

/** An intent, and the IAM holds something else: nobody has stored that secret yet. */
export function regeneratedUnstored(facts: Facts): RotationAction {
  const reason = 'a run died before it stored the secret that the IAM had made';
  return (
    refusal([unusable(facts.seen.clientToRenew)]) ?? {
      kind: 'store-regenerated',
      overlap: overlapUnderWay(facts),
      reason,
    }
  );
}

/**
 * A candidate that the IAM does not hold. Set it, unless that is no longer what the labels were about, or this run has no right to
 * begin anything, or could not push it everywhere. A connector that holds a third secret is given the current one first.
 */
export function candidateUnset(facts: Facts): RotationAction {
  const { seen, credential, time } = facts;
  const holdsCurrent = sameSecret(seen.clientInUse.secret, seen.current.document.clientSecret);
  const pushable = seen.connectors.every((view) => !view.error) && seen.clientToRenew.fault === undefined;
  const resumable = holdsCurrent && pushable && mayRenew(facts) && secretMaker(credential) === 'rotator';
  const pending = pendingOf(facts);
  if (facts.request.rollback && !facts.known.hasPut(pending.id))
    return clear(pending, 'a rollback was asked for, and not the candidate of a dead run');
  if (!resumable || notEntered(seen) || unattended(facts))
    return clear(pending, 'the candidate of a dead run cannot be set now');
  if (seen.answer.accepted && !holdOurs(seen))
    return { kind: 'push-current', reason: 'a connector holds neither the current secret nor the candidate' };
  const plan = { overlap: overlapWanted(facts), outcome: 'rotated', candidate: candidateOf(seen) } as const;
  const tooLate = refusal([noTime(facts, timeNeededMs(time, reversible(renewalOf(facts, plan))))]);
  if (tooLate) return tooLate;
  if (overlapPossible(facts) === 'no')
    return clear(pending, 'the IAM can no longer keep the previous secret beside the candidate');
  const reason = 'a run died before it set the candidate';
  return strategyCheck(facts) ?? { kind: 'resume', overlap: plan.overlap, renews: true, reason };
}

/** A candidate that the IAM holds and accepts: check, push, promote. */
export function candidateSet(facts: Facts): RotationAction {
  const attempt = attemptUnderWay(facts, candidateOf(facts.seen));
  const reason = 'a run died before it promoted the candidate';
  return (
    refusal([noTime(facts, timeNeededMs(facts.time, reversible(attempt)))]) ?? {
      kind: 'resume',
      overlap: attempt.overlap,
      renews: false,
      reason,
    }
  );
}

/** Promoted, but not cleared: push what is missing, then clear. */
export function promotedUncleared(): RotationAction {
  return { kind: 'finish', reason: 'the new secret is current, and AWSPENDING is not cleared' };
}

/** A version without a value, left behind by RotateSecret. */
export function emptyPending(facts: Facts): RotationAction {
  return clear(pendingOf(facts), 'RotateSecret has left an empty version behind');
}

/**
 * A retire died: finish it if no connector holds the secret that it ends, else drop it. Whatever comes of it, the intent is
 * cleared: it must not hide what else has to be put right.
 */
export function retireOpen(facts: Facts): RotationAction {
  const { seen, known } = facts;
  const pending = pendingOf(facts);
  if (pending.content.kind !== 'retire') throw new RotationError('internal-error', 'There is no retire intent');
  const { versionId } = pending.content;
  const drop = clear(pending, 'the retire that died cannot be finished now');
  if (versionId !== seen.labels.previous?.id) return drop;
  if (known.answers.previousDocument === undefined)
    return { kind: 'ask', question: 'previous-document', reason: 'a retire died: what was it about to end?' };
  const old = usableDocument(known.answers.previousDocument);
  if (!old) return drop;
  const { document } = seen.current;
  const inUse = seen.connectors.some((view) => view.error || holds(view, old));
  const held = sameSecret(seen.clientInUse.secret, document.clientSecret);
  if (!held || inUse || sameSecret(old.clientSecret, document.clientSecret)) return drop;
  return { kind: 'finish-retire', versionId, intentId: pending.id, reason: 'a retire died before it was done' };
}

function pendingOf({ seen: { pending } }: Facts): PendingVersion {
  if (pending) return pending;
  throw new RotationError('internal-error', 'There is no pending version');
}

function clear({ id }: PendingVersion, reason: string): RotationAction {
  return { kind: 'clear', versionId: id, reason };
}
