import { describeError, RotationError } from '../../credential/errors.ts';
import { alternates, type Found, type Observation } from '../observe/observation.ts';
import { classify, STATES, type State } from '../observe/states.ts';
import { leaseLeftMs } from '../run/context.ts';
import { atRest } from './at-rest.ts';
import { byPerson } from './by-person.ts';
import { changedByHand, expired, firstRun } from './repairs.ts';
import { rollbackNever } from './rollback.ts';
import type { RotationAction } from './terms/action.ts';
import { connectorDiffers, refusal, unusable } from './terms/checks.ts';
import type { Facts } from './terms/facts.ts';
import {
  candidateSet,
  candidateUnset,
  emptyPending,
  intentOpen,
  promotedUncleared,
  regeneratedUnstored,
  retireOpen,
} from './unfinished.ts';

/** What each state leads to. The first run is the one state without a current document. */
const REACTIONS = {
  'at-rest': atRest,
  'intent-open': intentOpen,
  'regenerated-unstored': regeneratedUnstored,
  'candidate-unset': candidateUnset,
  'candidate-set': candidateSet,
  'promoted-uncleared': promotedUncleared,
  'changed-by-hand': changedByHand,
  expired,
  'connector-differs': connectorDiffers,
  'empty-pending': emptyPending,
  'retire-open': retireOpen,
} as const satisfies Record<Exclude<State, 'first-run'>, (facts: Facts) => RotationAction>;

/**
 * Decides the next thing to do. Pure: the same facts always lead to the same action, and nothing is asked, sent or changed here.
 *
 * @returns one action, with its reason
 */
export function decide(facts: Facts<Observation>): RotationAction {
  const { seen } = facts;
  const alive = backOff(facts);
  if (alive) return alive;
  const never = rollbackNever(facts);
  if (never) return never;
  const manual = facts.credential.iam.type === 'manual' ? byPerson(facts) : undefined;
  if (manual) return manual;
  const state = classify(seen);
  if (state === 'first-run') return firstRun(facts);
  if (!hasCurrent(facts)) {
    throw new RotationError('internal-error', `Found ${STATES[state].meaning}, without a current document`);
  }
  return unusableInUse(facts) ?? REACTIONS[state](facts);
}

function hasCurrent(facts: Facts<Observation>): facts is Facts<Found> {
  return facts.seen.current !== undefined;
}

/** What is pending about a client that can't be used waits for it; unless it is the idle one of two. */
function unusableInUse({ seen }: Facts): RotationAction | undefined {
  const waits = seen.pending !== undefined && !alternates(seen);
  return waits ? refusal([unusable(seen.clientInUse)]) : undefined;
}

/** A pending version within its lease belongs to a run that may be alive. */
function backOff({ seen, known, now, leaseMs }: Facts<Observation>): RotationAction | undefined {
  const { pending } = seen.labels;
  if (!pending || (seen.pending ? seen.pending.own : known.hasPut(pending.id))) return undefined;
  const leftMs = leaseLeftMs(pending.createdAt, now, leaseMs);
  if (leftMs === 0) return undefined;
  const reason = 'AWSPENDING belongs to a run that may be alive';
  const failure = new RotationError('rotation-in-progress', reason, { retryAfter: Math.ceil(leftMs / 1000) });
  // That run may be dead: a run that has put something right plans a repeat, which looks again.
  if (known.achieved) return { kind: 'rest', outcome: known.achieved, failure: describeError(failure), reason };
  return { kind: 'back-off', failure, reason };
}
