import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import { isSettled, type Observation } from './observation.ts';

/**
 * The states that a credential can be found in. Whatever an earlier run did, or died of, shows in one of them. In this table, as
 * in the documentation, C is the document in AWSCURRENT and P the version labelled AWSPENDING.
 */
export const STATES = {
  'at-rest': {
    number: 1,
    labels: 'C',
    iam: 'holds C; connectors hold C',
    meaning: 'at rest',
    next: 'begin, when asked to',
  },
  'intent-open': {
    number: 2,
    labels: 'C, P is an intent',
    iam: 'holds what it held',
    meaning: 'a run died before regenerating',
    next: 'regenerate, under a new intent',
  },
  'regenerated-unstored': {
    number: 3,
    labels: 'C, P is an intent',
    iam: 'holds something else',
    meaning: 'a run died before storing',
    next: 'adopt it as the candidate',
  },
  'candidate-unset': {
    number: 4,
    labels: 'C, P = candidate',
    iam: 'does not hold P',
    meaning: 'a run died before setting, or an undo was interrupted',
    next: 'set P',
  },
  'candidate-set': {
    number: 5,
    labels: 'C, P = candidate',
    iam: 'holds P',
    meaning: 'a run died before promoting',
    next: 'check, push, promote',
  },
  'promoted-uncleared': {
    number: 6,
    labels: 'C = P',
    iam: 'holds C',
    meaning: 'a run died before clearing, or a connector is behind',
    next: 'push, clear',
  },
  'changed-by-hand': {
    number: 7,
    labels: 'C, or C = P',
    iam: 'holds another secret',
    meaning: 'changed by hand, or refreshed',
    next: 'adopt, push, renew',
  },
  expired: {
    number: 8,
    labels: 'C',
    iam: 'holds C but refuses it',
    meaning: 'past its expiry',
    next: 'set C again, else refuse',
  },
  'connector-differs': {
    number: 9,
    labels: 'C',
    iam: 'holds C; a connector does not',
    meaning: 'a connector was changed or restored by hand',
    next: 'push',
  },
  'first-run': {
    number: 10,
    labels: 'no version, or an empty one',
    iam: 'any',
    meaning: 'first run',
    next: 'adopt what the IAM holds',
  },
  'empty-pending': {
    number: 11,
    labels: 'P without a value',
    iam: 'any',
    meaning: 'left behind by RotateSecret',
    next: 'wait for a lease, then clear',
  },
  'retire-open': {
    number: 12,
    labels: 'C, P is a retire intent',
    iam: 'any',
    meaning: 'a retire died',
    next: 'finish it, or clear it',
  },
} as const;

export type State = keyof typeof STATES;

/** Names the state. Pure: the same observation always has the same name. */
export function classify(seen: Observation): State {
  const { current } = seen;
  if (!current) return 'first-run';
  if (seen.pending) return pendingState(seen);
  const { document } = current;
  if (!sameSecret(seen.clientInUse.secret, document.clientSecret)) return 'changed-by-hand';
  if (!seen.answer.accepted) return 'expired';
  if (seen.labels.pending) return 'promoted-uncleared';
  return seen.connectors.every((view) => isSettled(view, current)) ? 'at-rest' : 'connector-differs';
}

function pendingState({ pending, iamHoldsCandidate, clientToRenew }: Observation): State {
  switch (pending?.content.kind) {
    case 'candidate':
      return iamHoldsCandidate ? 'candidate-set' : 'candidate-unset';
    case 'regenerate':
      return secretFingerprint(clientToRenew.secret) === pending.content.fingerprint
        ? 'intent-open'
        : 'regenerated-unstored';
    case 'retire':
      return 'retire-open';
    default:
      return 'empty-pending';
  }
}
