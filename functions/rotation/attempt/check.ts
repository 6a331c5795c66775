import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { Strategy } from '../../credential/outcome.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Attempt } from '../decide/terms/attempt.ts';
import { askToken, proveAccepted, proveHeld } from '../observe/looks.ts';
import { keepsBeside } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';
import { inOrder } from '../run/in-order.ts';

/** What became of the current secret once the IAM held the candidate. */
export interface Kept {
  /** The current secret works beside the candidate, as it was meant to. */
  readonly works: boolean;
  /** The IAM keeps the current secret, whether it was meant to or not: it has to be ended. */
  readonly lingers: boolean;
  /** The client as it was seen to hold the candidate. */
  readonly client: IamClient;
}

/**
 * A success status is no proof: the IAM has to hold the candidate and to accept it. Whether it keeps the current secret is read from
 * the client as well, since a token may come from a node that has not heard of the change.
 *
 * @param proving what was begun before @default - it is begun now
 */
export async function check(run: Run, attempt: Attempt, proving?: Promise<Proof>): Promise<Kept> {
  return await timed(run, 'check', async () => {
    const { client, early } = await (proving ?? prove(run, attempt));
    const lingers = isKept(run, client, attempt);
    const wanted = keepsCurrent(attempt);
    const works = wanted && lingers && (early || (await isAcceptedStill(run, attempt)));
    if (wanted && !works && demandsOverlap(attempt)) throw overlapLost();
    if (!attempt.adopts) run.draft.sawStrategy(strategyOf(attempt, works));
    return { works, lingers: lingers || works, client };
  });
}

/** What the IAM has shown of a candidate that it holds and accepts. */
export interface Proof {
  readonly client: IamClient;
  /** The current secret, which is to work beside it, was accepted at once. */
  readonly early: boolean;
}

/** Asks the IAM for the client, and for a token with each secret that is to work. */
export async function prove(run: Run, attempt: Attempt): Promise<Proof> {
  const { candidate, current, client: observed } = attempt;
  const wanted = keepsCurrent(attempt);
  if (attempt.proven) return { client: observed, early: wanted };
  const [client, , early] = await inOrder([
    proveHeld(run, candidate.document, [current.document.clientSecret]),
    proveAccepted(run, candidate.document, 'token-refused'),
    wanted ? isAcceptedNow(run, current.document) : Promise.resolve(false),
  ]);
  return { client, early };
}

function keepsCurrent({ currentWasAccepted, overlap }: Attempt): boolean {
  return currentWasAccepted && overlap !== 'none';
}

/** Whether a client that was read after the change still has the current document's secret; the one of two that was not changed has. */
export function isKept(run: Run, client: IamClient, { candidate, current }: Attempt): boolean {
  const { clientId, clientSecret } = current.document;
  if (candidate.document.clientId !== clientId) return true;
  return keepsBeside(client, clientSecret, run.runtime.now());
}

/** One request; an IAM that is away has not accepted anything. */
async function isAcceptedNow(run: Run, document: CredentialDocument): Promise<boolean> {
  try {
    return (await askToken(run, document)).accepted;
  } catch (error) {
    if (isRotationError(error)) return false;
    throw error;
  }
}

async function isAcceptedStill(run: Run, attempt: Attempt): Promise<boolean> {
  try {
    await proveAccepted(run, attempt.current.document, 'iam-overlap-lost');
    return true;
  } catch (error) {
    if (!demandsOverlap(attempt) && isRotationError(error, 'iam-overlap-lost')) return false;
    throw error;
  }
}

/**
 * Whether the attempt goes back where the current secret was not kept. Where it can't be had again, connectors are cut off until they
 * have the candidate: the attempt goes on.
 */
function demandsOverlap({ overlap, undoScope }: Attempt): boolean {
  return overlap === 'required' && undoScope !== 'nothing';
}

function overlapLost(): RotationError {
  return new RotationError('iam-overlap-lost', 'The IAM did not keep the previous secret beside the new one');
}

function strategyOf({ candidate, current }: Attempt, works: boolean): Strategy {
  if (candidate.document.clientId !== current.document.clientId) return 'alternating-clients';
  return works ? 'dual-secret' : 'in-place';
}
