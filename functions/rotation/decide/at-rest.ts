import { durationMs } from '../../credential/duration.ts';
import { RotationError } from '../../credential/errors.ts';
import type { Failure } from '../../credential/outcome.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import { keepsBeside, overlapActive, sameCredential } from '../observe/observation.ts';
import { usableDocument } from '../run/known.ts';
import { awaitPerson } from './by-person.ts';
import { renewal } from './renewal.ts';
import { finishedInstead, rollback } from './rollback.ts';
import type { ActionOf, RotationAction } from './terms/action.ts';
import {
  noRoom,
  notEntered,
  refusal,
  refuse,
  strategyCheck,
  tooSoon,
  unattended,
  unreadable,
  unusable,
} from './terms/checks.ts';
import { type Facts, freezeFor } from './terms/facts.ts';

/** At rest: begin a rotation when one is asked for. While a connector can't be read, something may still be wrong with it. */
export function atRest(facts: Facts): RotationAction {
  const { known, seen } = facts;
  if (known.handedOver) return GIVEN_UP;
  const hasPutRight = known.achieved === 'repaired' || known.achieved === 'adopted';
  const settled = !hasPutRight || unreadable(seen) === undefined;
  if (facts.request.revokePrevious && known.promoted && !known.revoked) return revocation(facts);
  const begins = known.owesRenewal && !asksForMore(facts) ? known.mayBegin : isWanted(facts);
  const wanted = !known.promoted && begins;
  if (!wanted) return overdueEnd(facts, settled) ?? nothingToBegin(facts, settled);
  return (
    frozen(facts, settled) ??
    refusal(
      [
        unreadable(seen),
        notEntered(seen),
        unattended(facts),
        unusable(seen.clientToRenew),
        finishedInstead(facts),
        known.mayBegin ? undefined : tooSoon(facts.leaseMs),
        noRoom(facts, endsGrace(facts) ? 1 : 0),
      ],
      settled,
    ) ??
    beginning(facts, settled)
  );
}

/** The previous secret is ended at once, unless a connector may still use it: whoever asked may leave that one behind. */
function revocation({ seen, known }: Facts): RotationAction {
  const inUse = refusal([unreadable(seen), notEntered(seen)], true);
  if (inUse) return inUse;
  const reason = 'the previous secret is known to others';
  const { previousDocument: previous } = known.answers;
  if (previous === undefined) return { kind: 'ask', question: 'previous-document', reason, atRest: true };
  if (previous instanceof RotationError) return refuse(previous, true);
  // This run has replaced a secret: an answer that shows none before the current one is old.
  if (previous === 'none' || sameCredential(previous, seen.current.document)) return refuse(notShown(), true);
  return { kind: 'revoke-previous', versionId: seen.labels.previous?.id ?? '', reason, atRest: true };
}

function notShown(): RotationError {
  return new RotationError('retire-failed', 'The old secret was not ended: Secrets Manager does not show it yet');
}

/** Everything is as it was before Secrets Manager took the rotation over. */
const GIVEN_UP: ActionOf<'rest'> = {
  kind: 'rest',
  outcome: 'rolled-back',
  failure: {
    code: 'native-failed',
    detail: 'Secrets Manager gave the rotation up; the log of its steps says why',
    next: 'Look at the log, then rotate again.',
  } satisfies Failure,
  reason: 'Secrets Manager gave the rotation up',
};

/** A caller always wants a rotation; the schedule does where the current version is older than the time that was planned. */
function isWanted({ request, seen }: Facts): boolean {
  const { trigger, scheduledTime, repeat } = request;
  if (trigger === 'api') return true;
  return repeat?.due !== false && scheduledTime !== undefined && scheduledTime > seen.current.createdAt;
}

/** Whoever asks for more than a repair hears it where no more was done. */
function asksForMore({ request }: Facts): boolean {
  return request.revokePrevious === true || request.rollback === true;
}

function nothingToBegin({ request, seen, known }: Facts, settled: boolean): RotationAction {
  // For a run that has something to put right, a connector that can't be read is no rest: the next run looks at it.
  const unread = request.repeat || !settled ? refusal([unreadable(seen)], settled) : undefined;
  const reason = 'everything is at rest, and no rotation is due';
  return unread ?? { kind: 'rest', outcome: known.achieved ?? 'unchanged', atRest: settled, reason };
}

/**
 * The IAM keeps the previous secret, though its grace is over: the retire that was planned is lost, or a run died before it was planned
 * and Secrets Manager's own rotation has taken its mark away. Where a retire is planned still, to plan it again changes nothing.
 */
function overdueEnd({ seen, known, credential, now }: Facts, atRest: boolean): RotationAction | undefined {
  const { clientInUse, current, labels } = seen;
  const endsAt = current.createdAt.getTime() + durationMs(credential.grace) + RETIRES_WITHIN_MS;
  const isUnsure = unreadable(seen) ?? notEntered(seen);
  if (known.answers.endPlanned || now.getTime() < endsAt || isUnsure) return undefined;
  // What an IAM keeps that only a person can change, its own policy ends.
  if (!labels.previous || secretMaker(credential) === 'person' || !overlapActive(clientInUse, now)) return undefined;
  const reason = 'the IAM keeps the previous secret, though its grace is over';
  const { previousDocument } = known.answers;
  if (previousDocument === undefined) return { kind: 'ask', question: 'previous-document', reason, atRest };
  const old = usableDocument(previousDocument);
  if (!old || !keepsBeside(clientInUse, old.clientSecret, now)) return undefined;
  return { kind: 'plan-end', versionId: labels.previous.id, reason, atRest };
}

/** How long after its grace a previous secret may be kept, in milliseconds: a retire that was planned for then has been carried out. */
const RETIRES_WITHIN_MS = 5 * 60_000;

/** A freeze stops what begins. A connector that can't be read may have to be repaired: the next run looks at it. */
function frozen(facts: Facts, settled: boolean): RotationAction | undefined {
  const freeze = freezeFor(facts);
  if (!freeze) return undefined;
  const { request, seen, known } = facts;
  const byCaller = request.trigger === 'api' && (known.achieved === undefined || asksForMore(facts));
  const failure = new RotationError('frozen', `Frozen from ${freeze.from} to ${freeze.to}: ${freeze.reason}`);
  const note = `frozen: ${freeze.reason}`;
  return (
    refusal([unreadable(seen), byCaller ? failure : undefined], settled) ??
    overdueEnd(facts, settled) ?? {
      kind: 'rest',
      outcome: known.achieved ?? 'unchanged',
      note,
      atRest: settled,
      reason: note,
    }
  );
}

function beginning(facts: Facts, settled: boolean): RotationAction {
  const { credential, request } = facts;
  if (request.rollback) return rollback(facts, settled);
  if (endsGrace(facts))
    return { kind: 'end-grace', atRest: settled, reason: 'the grace of the rotation before is ended first' };
  if (secretMaker(credential) === 'person') return { ...awaitPerson(facts), atRest: settled };
  if (!credential.native) return renewal(facts, settled);
  // Secrets Manager would try a strategy that can't be carried out again and again, and leave AWSPENDING each time.
  return (
    strategyCheck(facts, settled) ?? { kind: 'hand-over', reason: 'the rotation belongs to Secrets Manager (native)' }
  );
}

/** Of two clients that alternate the idle one is renewed anyway, which ends its secret. */
function endsGrace({ credential, request, seen, now }: Facts): boolean {
  return !request.rollback && credential.strategy !== 'alternating-clients' && overlapActive(seen.clientInUse, now);
}
