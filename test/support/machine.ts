import { measureRequestMs, paceOf } from '../../local/demo/pace.ts';

/** Beyond this a suite would wait too long for what has to time out. */
const MOST_SLOWNESS = 5;

/** Timeouts of a deployment that is tested, and what follows from them. */
export interface Patience {
  /** How many times as long as on a quiet machine things take: 1 to 5. */
  readonly slowness: number;
  /** Context `timeouts`. */
  readonly timeouts: { readonly function: string; readonly http: string };
  /** Nothing begins within it of the last change, in milliseconds. */
  readonly leaseMs: number;
}

/**
 * Timeouts that suit the machine: a busy one makes tests slow, not wrong.
 *
 * @param quiet seconds on a quiet machine
 */
export async function patience(quiet: { readonly function: number; readonly http: number }): Promise<Patience> {
  const { slowness } = paceOf(await measureRequestMs());
  const times = Math.min(slowness, MOST_SLOWNESS);
  const timeouts = { function: `PT${quiet.function * times}S`, http: `PT${quiet.http * times}S` };
  return { slowness: times, timeouts, leaseMs: (quiet.function + quiet.http) * times * 1000 };
}
