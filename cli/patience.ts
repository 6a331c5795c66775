import { CliError } from './errors.ts';
import { EXIT } from './exit-codes.ts';

/** What AWS or the API has no room for is tried again after up to so many milliseconds. */
const PAUSES_MS = [1000, 2000, 4000, 8000];

/**
 * Does one of many things, and tries again while there is no room for it. Each pause is drawn anew, so that those who are refused
 * together don't come back together.
 *
 * @throws {CliError} when there is still none, or at once where it is something else that failed
 */
export async function patiently<T>(work: () => Promise<T>, pauses: readonly number[] = PAUSES_MS): Promise<T> {
  const [pause, ...others] = pauses;
  try {
    return await work();
  } catch (error) {
    if (pause === undefined || !(error instanceof CliError) || error.exit !== EXIT.notNow) throw error;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    return await patiently(work, others);
  }
}
