import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { Strategy } from '../../credential/outcome.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Attempt } from '../decide/terms/attempt.ts';
import { askToken, proveAccepted, proveHeld } from '../observe/looks.ts';
import { keepsBeside } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';

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
 */
export async function check(run: Run, attempt: Attempt): Promise<Kept> {
  return await timed(run, 'check', async () => {
    const { candidate, current, overlap, currentWasAccepted, adopts } = attempt;
    const wanted = currentWasAccepted && overlap !== 'none';
    const [client, , early] = await together([
      proveHeld(run, candidate.document, [current.document.clientSecret]),
      proveAccepted(run, candidate.document, 'token-refused'),
      wanted ? isAcceptedNow(run, current.document) : Promise.resolve(false),
    ]);
    const lingers = isKept(run, client, attempt);
    const works = wanted && lingers && (early || (await isAcceptedStill(run, attempt)));
    if (wanted && !works && overlap === 'required') throw overlapLost();
    if (!adopts) run.draft.sawStrategy(strategyOf(attempt, works));
    return { works, lingers: lingers || works, client };
  });
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

async function isAcceptedStill(run: Run, { current, overlap }: Attempt): Promise<boolean> {
  try {
    await proveAccepted(run, current.document, 'iam-overlap-lost');
    return true;
  } catch (error) {
    if (overlap === 'where-possible' && isRotationError(error, 'iam-overlap-lost')) return false;
    throw error;
  }
}

function overlapLost(): RotationError {
  return new RotationError('iam-overlap-lost', 'The IAM did not keep the previous secret beside the new one');
}

function strategyOf({ candidate, current }: Attempt, works: boolean): Strategy {
  if (candidate.document.clientId !== current.document.clientId) return 'alternating-clients';
  return works ? 'dual-secret' : 'in-place';
}

/** Waits for all of them: nothing of an attempt goes on while it is undone. The first that failed, in this order, is thrown. */
async function together<A, B, C>(all: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled(all);
  return await Promise.all(all);
}
