import { isRotationError } from '../../credential/errors.ts';
import { leavesInDoubt } from './in-doubt.ts';

/** What was sent to connectors. */
export class ConnectorLedger {
  readonly #written = new Set<string>();
  readonly #unanswered = new Set<string>();
  readonly #distorted = new Set<string>();

  /** Sends a write to a connector. */
  async sent<T>(name: string, send: () => Promise<T>): Promise<T> {
    this.#written.add(name);
    this.#unanswered.add(name);
    try {
      const answer = await send();
      this.#unanswered.delete(name);
      return answer;
    } catch (error) {
      // Whatever became of a secret that was not loaded: it was answered, and nothing comes late.
      if (!leavesInDoubt(error) || isRotationError(error, 'connector-unproven')) this.#unanswered.delete(name);
      throw error;
    }
  }

  /** Whether a write was sent to a connector, answered or not. */
  wasWritten(name: string): boolean {
    return this.#written.has(name);
  }

  /** Connectors that did not answer a write: it may still be carried out. */
  get unanswered(): ReadonlySet<string> {
    return new Set(this.#unanswered);
  }

  /** A connector has stored something else than it was given, and than it had. */
  sawDistorted(name: string): void {
    this.#distorted.add(name);
  }

  get anyDistorted(): boolean {
    return this.#distorted.size > 0;
  }
}
