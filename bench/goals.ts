import type { Counts } from './counting.ts';
import type { Manner } from './stand/customers.ts';

/** What a warm rotation by its schedule, with connectors over HTTPS, is to stay within. */
export type CountGoal = Partial<Pick<Counts, 'secretsManager' | 'invocations' | 'depth' | 'roundTrips'>>;

/** @returns no member where nothing is asked for */
export function countGoalOf({ strategy, renewal, native = false }: Manner): CountGoal {
  if (native) return { secretsManager: 17, depth: 30, roundTrips: 40 };
  const calls = { secretsManager: renewal === 'set' ? 6 : 7, invocations: 1 };
  if (strategy === 'in-place') return { ...calls, depth: 11 };
  return strategy === 'dual-secret' ? { ...calls, depth: 13 } : calls;
}

/** What an outage in place is to stay within, warm, divided by two service times: by milliseconds of service time. */
export const OUTAGE_GOALS: Readonly<Record<number, number>> = { 5: 1.8, 50: 1.1, 200: 1.03 };

/** What a function is to stay within: the kilobytes of its bundle, and its import divided by that of a bare client. */
export const START_UP_GOALS: Readonly<Record<string, { readonly kilobytes: number; readonly ratio: number }>> = {
  rotate: { kilobytes: 950, ratio: 1.4 },
  api: { kilobytes: 460, ratio: 1.1 },
};

/** Calls that a page of the list is to stay within. */
export const PAGE_CALLS_GOAL = 3;
