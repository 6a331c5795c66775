import { secretFingerprint } from '../credential/fingerprint.ts';
import { holds, type Observation } from './observe.ts';

/**
 * The states that a credential can be found in. C is the document in AWSCURRENT, P the version labelled AWSPENDING.
 * Whatever an earlier run did, or died of, shows in one of them; the workflow dispatches on the number.
 */
export const STATES = {
  1: { labels: 'C', iam: 'holds C; connectors hold C', meaning: 'at rest', next: 'begin, when asked to' },
  2: {
    labels: 'C, P is an intent',
    iam: 'holds what it held',
    meaning: 'died before regenerating',
    next: 'regenerate, under a new intent',
  },
  3: {
    labels: 'C, P is an intent',
    iam: 'holds something else',
    meaning: 'died before storing',
    next: 'adopt it as the candidate',
  },
  4: {
    labels: 'C, P = candidate',
    iam: 'does not hold P',
    meaning: 'died before setting, or an undo was interrupted',
    next: 'set P',
  },
  5: { labels: 'C, P = candidate', iam: 'holds P', meaning: 'died before promoting', next: 'check, push, promote' },
  6: {
    labels: 'C = P',
    iam: 'holds C',
    meaning: 'died before clearing, or a connector is behind',
    next: 'push, clear',
  },
  7: {
    labels: 'C, or C = P',
    iam: 'holds another secret',
    meaning: 'changed by hand, or refreshed',
    next: 'adopt, push, renew',
  },
  8: { labels: 'C', iam: 'holds C but refuses it', meaning: 'past its expiry', next: 'set C again, else refuse' },
  9: { labels: 'C', iam: 'holds C; a connector does not', meaning: 'changed or restored by hand', next: 'push' },
  10: { labels: 'no version, or an empty one', iam: 'any', meaning: 'first run', next: 'adopt what the IAM holds' },
  11: {
    labels: 'P without a value',
    iam: 'any',
    meaning: "RotateSecret's own mark",
    next: 'wait for a lease, then clear',
  },
  12: { labels: 'C, P is a retire intent', iam: 'any', meaning: 'a retire died', next: 'finish it, or clear it' },
} as const;

export type State = keyof typeof STATES;

/** Names the state. Pure: the same observation always has the same name. */
export function classify(seen: Observation): State {
  if (!seen.current) return 10;
  if (seen.pending) return pendingState(seen);
  const held = seen.client.secret === seen.current.document.clientSecret;
  if (!held) return 7;
  if (!seen.answer.accepted) return 8;
  if (seen.labels.pending) return 6;
  const { document } = seen.current;
  return seen.connectors.every((view) => view.error || holds(view, document)) ? 1 : 9;
}

function pendingState({ pending, holdsPending, target }: Observation): State {
  switch (pending?.content.kind) {
    case 'candidate':
      return holdsPending ? 5 : 4;
    case 'regenerate':
      return secretFingerprint(target.secret) === pending.content.fingerprint ? 2 : 3;
    case 'retire':
      return 12;
    default:
      return 11;
  }
}
