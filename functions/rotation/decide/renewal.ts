import { secretMaker } from '../../credential/settings/credential.ts';
import type { RotationAction } from './terms/action.ts';
import { timeNeededMs, type UndoScope } from './terms/attempt.ts';
import { noTime, overlapWanted, refusal, strategyCheck } from './terms/checks.ts';
import type { Facts } from './terms/facts.ts';

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
export function infeasible(
  facts: Facts,
  settled: boolean,
  undoScope: UndoScope = 'everything',
): RotationAction | undefined {
  const overlap = overlapWanted(facts);
  const needed = timeNeededMs(facts.time, { overlap, undoScope, renews: true });
  return refusal([noTime(facts, needed)], settled) ?? strategyCheck(facts, settled);
}
