import { isRotationError } from '../credential/errors.ts';
import { ConfigurationChangedError } from '../ports/connector.ts';
import { StageMovedError, VersionTakenError } from '../ports/secret-store.ts';

/** Whether a write that failed like this may have been carried out all the same. Anything unforeseen may. */
export function leavesInDoubt(error: unknown): boolean {
  if (error instanceof StageMovedError || error instanceof VersionTakenError) return false;
  if (error instanceof ConfigurationChangedError) return false;
  return !isRotationError(error) || error.inDoubt;
}

/**
 * What a run has sent to its neighbours, and what became of it. The report is derived from this, so that it tells what is known,
 * and says so where something is not.
 */
export class Ledger {
  #carriedOut = 0;
  #inDoubt = 0;

  /**
   * Sends a write and notes what became of it: an answer that is a success changes something; one that says for certain that
   * nothing was done changes nothing; anything else leaves that open.
   */
  async write<T>(send: () => Promise<T>): Promise<T> {
    this.#inDoubt += 1;
    try {
      const answer = await send();
      this.#carriedOut += 1;
      this.#inDoubt -= 1;
      return answer;
    } catch (error) {
      if (!leavesInDoubt(error)) this.#inDoubt -= 1;
      throw error;
    }
  }

  /** Whether the run has changed anything; null when an unanswered write leaves that open. */
  get changed(): boolean | null {
    if (this.#carriedOut > 0) return true;
    return this.#inDoubt > 0 ? null : false;
  }
}
