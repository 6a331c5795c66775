import { RotationError } from '../../credential/errors.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import { type Observation, sameCredential } from '../observe/observation.ts';
import { infeasible } from './renewal.ts';
import type { ActionOf, RotationAction } from './terms/action.ts';
import { overlapWanted, refuse } from './terms/checks.ts';
import type { Facts } from './terms/facts.ts';

/** The refusal of a rollback that nothing can make possible: no other run is waited for, and nothing is repaired before. */
export function rollbackNever({
  credential,
  request,
  seen,
}: Pick<Facts<Observation>, 'credential' | 'request' | 'seen'>): ActionOf<'refuse'> | undefined {
  if (!request.rollback) return undefined;
  if (secretMaker(credential) === 'iam') return impossible('An IAM that makes the secrets takes no old one back');
  if (secretMaker(credential) === 'person') return impossible('Only a person could set the previous secret again');
  if (credential.native) return impossible('Secrets Manager itself makes the secrets, and each one is new');
  return seen.current ? undefined : impossible('There is no previous document');
}

/**
 * A rollback is a rotation whose candidate is a copy of the previous document. It is not repeated blindly: where the rotation of a
 * run that died was finished first, the previous document is another one than the caller has seen.
 */
export function rollback(facts: Facts, settled: boolean): RotationAction {
  const { known, seen } = facts;
  const { previousDocument: previous } = known.answers;
  if (previous === undefined) {
    const reason = 'a rollback goes back to the previous document';
    return { kind: 'ask', question: 'previous-document', reason, atRest: settled };
  }
  if (previous === 'none') return impossible('There is no previous document', settled);
  if (previous instanceof RotationError) return refuse(previous, settled);
  if (sameCredential(previous, seen.current.document))
    return impossible('The previous document holds the secret that is in use', settled);
  if (previous.clientId !== seen.clientToRenew.clientId) {
    const why = 'The previous document is about the client in use, and there is no overlap to keep both';
    return impossible(why, settled);
  }
  const overlap = overlapWanted(facts);
  const reason = 'a rollback was asked for';
  return infeasible(facts, settled) ?? { kind: 'begin', candidate: 'previous', overlap, outcome: 'rotated', reason };
}

/** Why a rollback ends here: it has finished the rotation of another run, and whoever called has not seen what that one made. */
export function finishedInstead({ request, known }: Facts): RotationError | undefined {
  if (!request.rollback || known.achieved !== 'rotated' || known.promoted) return undefined;
  return new RotationError(
    'rollback-impossible',
    'The rotation of a run that died was finished first, and another document is the previous one now',
    { next: 'Look at what is current now, then decide whether to roll back.' },
  );
}

function impossible(why: string, settled = false): ActionOf<'refuse'> {
  return refuse(new RotationError('rollback-impossible', why), settled);
}
