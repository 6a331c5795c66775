import type { Invocation } from '../stand-ins/lambda/host.ts';

interface Waiting {
  readonly matches: (invocation: Invocation) => boolean;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly what: string;
}

/** The id of the credential that an event of `rotate` or `retire` is about; empty where it names none. */
export function credentialIn(event: unknown): string {
  const { id, credential } = event as { id?: string; credential?: { id?: string } };
  return id ?? credential?.id ?? '';
}

/** Lets somebody wait for a function's end. */
export class Invocations {
  #waiting: Waiting[] = [];

  /** Takes note of an invocation that has ended. */
  readonly record = (invocation: Invocation): void => {
    const ready = this.#waiting.filter(({ matches }) => matches(invocation));
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    const { error, payload } = invocation.result;
    for (const { resolve, reject, what } of ready) {
      if (error) reject(new Error(`${what} failed: ${error.errorType}: ${error.errorMessage}`));
      else resolve(payload);
    }
  };

  /**
   * Waits for the next invocation that matches.
   *
   * @returns what the function answered
   * @throws {Error} when it failed, or did not come within `timeoutMs`
   */
  next(what: string, matches: Waiting['matches'], timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${what} did not happen within ${timeoutMs / 1000} s`));
      const timer = setTimeout(late, timeoutMs).unref();
      const end =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          then(value);
        };
      this.#waiting.push({ matches, resolve: end(resolve), reject: end(reject), what });
    });
  }
}
