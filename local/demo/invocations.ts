import type { Invocation } from '../lambda/host.ts';

interface Waiting {
  readonly matches: (invocation: Invocation) => boolean;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Lets somebody wait for a function's end. */
export class Invocations {
  #waiting: Waiting[] = [];

  /** Takes note of an invocation that has ended. */
  readonly record = (invocation: Invocation): void => {
    const ready = this.#waiting.filter(({ matches }) => matches(invocation));
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    const { functionName, result } = invocation;
    for (const { resolve, reject } of ready) {
      if (result.error) reject(new Error(`${functionName} failed: ${result.error.errorMessage}`));
      else resolve(result.payload);
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
      this.#waiting.push({ matches, resolve: end(resolve), reject: end(reject) });
    });
  }
}
