import type { Rotation } from '../functions/credential/outcome.ts';
import { accepts, type Credentials, documentIn, isBlind, type Parts } from './snapshot.ts';
import type { RunRecord } from './truth.ts';

/** What is not so of the previous secret, after a call that was to end it, or to go back to it. */
export function previousSecretFaults(parts: Parts, record: RunRecord, rotation: Rotation): string[] {
  const { revokePrevious = false, rollback = false } = record.asked;
  if (!revokePrevious && rotation.previousRevoked !== undefined) return ['of a revoke that nobody asked for'];
  if (!record.undisturbed) return [];
  return [
    ...(revokePrevious ? revokeFaults(parts, record, rotation) : []),
    ...(rollback ? rollbackFaults(parts, record, rotation) : []),
  ];
}

/**
 * The secret that was current when somebody called is refused once that is told, and a success tells it. It is looked at the moment of
 * the answer.
 */
function revokeFaults(parts: Parts, { before, after }: RunRecord, rotation: Rotation): string[] {
  const { previousRevoked, outcome, failure } = rotation;
  const previous = after.previous === undefined ? undefined : documentIn(parts, after.previous);
  const known = [before.current, previous].flatMap((one) => one ?? []);
  if (previousRevoked === true) {
    if (known.length === 0) return ['that the previous secret was ended, but there is none'];
    const lives = known.some((one) => accepts(parts, one) && !isBlind(parts, after, one));
    return lives ? ['that the previous secret was ended, but it is accepted'] : [];
  }
  const isDone = ['rotated', 'repaired', 'adopted', 'unchanged'].includes(outcome) && failure === undefined;
  // Where only a person can refresh the secret, the task that is open tells what is left.
  return isDone && !after.asked?.submit ? ['no failure, though the previous secret was not ended'] : [];
}

/**
 * A rollback that was carried out makes no new secret: it has made the previous document current, or the one that somebody has replaced
 * in the IAM by hand.
 */
function rollbackFaults(parts: Parts, { before, after }: RunRecord, { outcome, failure }: Rotation): string[] {
  const previous = before.previous === undefined ? undefined : documentIn(parts, before.previous);
  const isReplaced = before.current && before.iam[before.current.clientId]?.secret !== before.current.clientSecret;
  const targets = [previous, isReplaced ? before.current : undefined].flatMap((one) => one ?? []);
  const isDone = ['rotated', 'repaired', 'adopted', 'unchanged'].includes(outcome) && failure === undefined;
  const isBack = targets.some((one) => after.current && same(one, after.current));
  return isDone && !isBack ? ['no failure, though nothing was rolled back'] : [];
}

function same(one: Credentials, other: Credentials): boolean {
  return one.clientId === other.clientId && one.clientSecret === other.clientSecret;
}
