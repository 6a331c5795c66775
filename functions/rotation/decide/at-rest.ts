import { RotationError } from '../../credential/errors.ts';
import type { Failure } from '../../credential/outcome.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import { overlapActive, sameCredential } from '../observe/observation.ts';
import { awaitPerson } from './by-person.ts';
import type { ActionOf, RotationAction } from './terms/action.ts';
import { timeNeededMs, type UndoScope } from './terms/attempt.ts';
import {
  noRoom,
  noTime,
  notEntered,
  overlapWanted,
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
  const wanted = !known.promoted && (known.owesRenewal ? known.mayBegin : isWanted(facts));
  if (!wanted) return nothingToBegin(facts, settled);
  return (
    frozen(facts, settled) ??
    refusal(
      [
        unreadable(seen),
        notEntered(seen),
        unattended(facts),
        unusable(seen.clientToRenew),
        known.mayBegin ? undefined : tooSoon(facts.leaseMs),
        noRoom(facts),
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
  if (known.answers.previousDocument === undefined)
    return { kind: 'ask', question: 'previous-document', reason, atRest: true };
  return { kind: 'revoke-previous', versionId: seen.labels.previous?.id ?? '', reason, atRest: true };
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

function nothingToBegin({ request, seen, known }: Facts, settled: boolean): RotationAction {
  // For a run that has something to put right, a connector that can't be read is no rest: the next run looks at it.
  const unread = request.repeat || !settled ? refusal([unreadable(seen)], settled) : undefined;
  const reason = 'everything is at rest, and no rotation is due';
  return unread ?? { kind: 'rest', outcome: known.achieved ?? 'unchanged', atRest: settled, reason };
}

/** A freeze stops what begins. A connector that can't be read may have to be repaired: the next run looks at it. */
function frozen(facts: Facts, settled: boolean): RotationAction | undefined {
  const freeze = freezeFor(facts);
  if (!freeze) return undefined;
  const { request, seen, known } = facts;
  const byCaller = request.trigger === 'api' && known.achieved === undefined;
  const failure = new RotationError('frozen', `Frozen from ${freeze.from} to ${freeze.to}: ${freeze.reason}`);
  const note = `frozen: ${freeze.reason}`;
  return (
    refusal([unreadable(seen), byCaller ? failure : undefined], settled) ?? {
      kind: 'rest',
      outcome: known.achieved ?? 'unchanged',
      note,
      atRest: settled,
      reason: note,
    }
  );
}

function beginning(facts: Facts, settled: boolean): RotationAction {
  const { credential, request, seen, now } = facts;
  if (request.rollback) return rollback(facts, settled);
  // Of two clients that alternate the idle one is renewed anyway, which ends its secret.
  if (credential.strategy !== 'alternating-clients' && overlapActive(seen.clientInUse, now))
    return { kind: 'end-grace', atRest: settled, reason: 'the grace of the rotation before is ended first' };
  if (secretMaker(credential) === 'person') return { ...awaitPerson(facts), atRest: settled };
  if (!credential.native) return renewal(facts, settled);
  // Secrets Manager would try a strategy that can't be carried out again and again, and leave AWSPENDING each time.
  return (
    strategyCheck(facts, settled) ?? { kind: 'hand-over', reason: 'the rotation belongs to Secrets Manager (native)' }
  );
}

/**
 * Begins a rotation, once all that can be known before is known.
 *
 * @param undoScope what there has to be time for an undo to give back; where nothing works before the rotation, `nothing`
 */
export function renewal(facts: Facts, settled = false, undoScope: UndoScope = 'everything'): RotationAction {
  const { credential, known } = facts;
  const outcome = known.owesRenewal && known.achieved === 'repaired' ? 'repaired' : 'rotated';
  const overlap = overlapWanted(facts);
  const reason = known.owesRenewal ? 'a secret that a person saw is no secret' : 'a rotation is due';
  const plan = { overlap, outcome, reason } as const;
  return (
    infeasible(facts, settled, undoScope) ??
    (secretMaker(credential) === 'iam' ? { kind: 'regenerate', ...plan } : { kind: 'begin', candidate: 'new', ...plan })
  );
}

/** Too little time, or a strategy that the IAM can't carry out. */
function infeasible(facts: Facts, settled: boolean, undoScope: UndoScope = 'everything'): RotationAction | undefined {
  const overlap = overlapWanted(facts);
  const needed = timeNeededMs(facts.time, { overlap, undoScope, renews: true });
  return refusal([noTime(facts, needed)], settled) ?? strategyCheck(facts, settled);
}

/** A rollback is a rotation whose candidate is a copy of the previous document. */
function rollback(facts: Facts, settled: boolean): RotationAction {
  const { credential, known, seen } = facts;
  const previous = known.answers.previousDocument;
  const impossible = (why: string) => refuse(new RotationError('rollback-impossible', why), settled);
  if (secretMaker(credential) !== 'rotator') return impossible('An IAM that makes the secrets takes no old one back');
  if (previous === undefined) {
    const reason = 'a rollback goes back to the previous document';
    return { kind: 'ask', question: 'previous-document', reason, atRest: settled };
  }
  if (previous === 'none') return impossible('There is no previous document');
  if (previous instanceof RotationError) return refuse(previous, settled);
  if (sameCredential(previous, seen.current.document))
    return impossible('The previous document holds the secret that is in use');
  if (previous.clientId !== seen.clientToRenew.clientId)
    return impossible('The previous document is about the client in use, and there is no overlap to keep both');
  const overlap = overlapWanted(facts);
  const reason = 'a rollback was asked for';
  return infeasible(facts, settled) ?? { kind: 'begin', candidate: 'previous', overlap, outcome: 'rotated', reason };
}
