import { type Answer, actionOf, type FaultKind, type PlannedFault } from './faults.ts';

/** After so long a request that has no answer is given up by whoever sent it, unless it was sent with a time-out of its own. */
export const HTTP_TIMEOUT_MS = 10_000;

/** What a dependency is like at a moment. */
export interface Condition {
  /** What becomes of each request. @default - it is carried out and answered */
  readonly fault?: FaultKind;
  /** Milliseconds from the request to its answer. @default 0 */
  readonly latency?: number;
  /** Milliseconds until the request is carried out. @default - with the answer */
  readonly reach?: number;
}

/**
 * What the dependencies are like, whoever asks.
 *
 * @param name the request's name, like `iam GET /clients`
 * @param now milliseconds since 1970
 * @param process the index of the process that asks
 */
export type Weather = (name: string, now: number, process: number) => Condition | undefined;

/** So long after it was given up a request may still be carried out, in milliseconds. */
const LATEST_MS = HTTP_TIMEOUT_MS - 100;

/** What becomes of one request, in milliseconds from now. */
export interface Course {
  /** @default - never */
  readonly carriedAfter?: number;
  readonly answeredAfter: number;
  readonly answer: Answer;
}

/** A request that takes longer than its sender waits is given up, and is carried out all the same. */
export function courseOf(
  timeoutMs: number,
  { latency = 0, reach: wanted = latency }: Condition,
  planned?: Pick<PlannedFault, 'fault' | 'late'>,
): Course {
  const reach = Math.min(wanted, timeoutMs + LATEST_MS);
  const tooSlow = latency >= timeoutMs;
  if (!planned) {
    const answer = tooSlow ? 'timeout' : 'reply';
    return { carriedAfter: reach, answeredAfter: Math.min(latency, timeoutMs), answer };
  }
  const { carried, answer } = actionOf(planned.fault);
  const heard = tooSlow && answer !== 'dies' ? 'timeout' : answer;
  const answeredAfter = heard === 'timeout' ? timeoutMs : heard === 'dies' ? 0 : latency;
  const carriedAfter = carried === 'late' ? answeredAfter + (planned.late ?? LATEST_MS) : reach;
  return { ...(carried === 'never' ? {} : { carriedAfter }), answeredAfter, answer: heard };
}
