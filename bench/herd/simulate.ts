import { type Bill, dollarsOf } from './prices.ts';
import { PUBLISHED, type Quotas } from './quotas.ts';
import { type Arrival, Runs } from './runs.ts';
import { startHerd } from './stand.ts';

/** How a herd is made. */
export interface HerdOptions {
  readonly credentials: number;
  /** The flexible window of their schedules, in milliseconds. */
  readonly windowMs: number;
  /** @default - what AWS publishes */
  readonly quotas?: Quotas;
  /** Draws the times within the window, and the pauses. @default 1 */
  readonly seed?: number;
  readonly progress?: (done: number) => void;
}

/** What became of a herd. */
export interface HerdResult {
  readonly credentials: number;
  readonly windowMs: number;
  readonly rotated: number;
  /** Runs that ended after they had begun to change something, and could not finish. */
  readonly interrupted: number;
  /** Runs that failed, and were tried again. */
  readonly failedRuns: number;
  /** Credentials that were not rotated after three runs. */
  readonly givenUp: number;
  /** From the schedules' time to the end of the last run. */
  readonly makespanMs: number;
  /** How long the writes take where nothing else takes time. */
  readonly boundMs: number;
  readonly throttled: number;
  readonly invocations: number;
  /** Runs at the same time. */
  readonly peak: number;
  readonly dollars: number;
  /** Megabytes of heap before the first run and after the last. */
  readonly heapMb: readonly [before: number, after: number];
}

/** Memory of the function, in gigabytes. */
const FUNCTION_GB = 0.5;
/** Rotates many credentials whose schedules have one time, with the real workflow and AWS's quotas, on a simulated clock. */
export async function simulateHerd({
  credentials,
  windowMs,
  quotas = PUBLISHED,
  seed = 1,
  progress = () => undefined,
}: HerdOptions): Promise<HerdResult> {
  const random = randomOf(seed);
  const ids = Array.from({ length: credentials }, (_, index) => `customer-${index}`);
  const stand = await startHerd(ids, { quotas, random });
  const before = heapMb();
  try {
    const runs = new Runs(stand);
    await stand.network.run(() => runs.all(arrivals(ids, { windowMs, random }), progress));
    const { billedMs, ...told } = runs.tally;
    const { carriedOut, throttled, tableWrites, events } = stand.tally;
    const bill: Bill = {
      secretsManagerCalls: carriedOut.writes + carriedOut.lists + carriedOut.reads,
      kmsRequests: carriedOut.writes + carriedOut.reads,
      invocations: told.invocations,
      gigabyteSeconds: (billedMs / 1000) * FUNCTION_GB,
      schedulerInvocations: credentials,
      tableWrites,
      events,
    };
    const boundMs = (carriedOut.writes / quotas.writes) * 1000;
    return { credentials, windowMs, ...told, boundMs, throttled, dollars: dollarsOf(bill), heapMb: [before, heapMb()] };
  } finally {
    await stand.close();
  }
}

/** Each credential at a time of its own within the window, in the order of the times. */
function arrivals(ids: readonly string[], { windowMs, random }: { windowMs: number; random: () => number }): Arrival[] {
  return ids.map((id) => ({ id, afterMs: random() * windowMs })).sort((one, other) => one.afterMs - other.afterMs);
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_000_000;
}
