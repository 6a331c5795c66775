import { type Cron, cronTimes } from './cron.ts';
import { cronOf, rateIntervalMs } from './expression.ts';
import { instantOf, wallClock } from './wall-clock.ts';

export const DAY_MS = 86_400_000;

/** How far ahead a schedule is looked at: a leap day comes within eight years. */
const HORIZON_MS = 9 * 366 * DAY_MS;
const MOST_TIMES = 2000;

/** How far apart the runs of a schedule are, in milliseconds. */
export interface Intervals {
  readonly shortest: number;
  readonly longest: number;
}

/**
 * How far apart the coming runs of a schedule are.
 *
 * @returns undefined where there are not two of them
 */
export function intervalsOf(expression: string, now: Date): Intervals | undefined {
  const interval = rateIntervalMs(expression);
  if (interval !== undefined) return { shortest: interval, longest: interval };
  const times = comingTimes(expression, now);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return gaps.length > 0 ? { shortest: Math.min(...gaps), longest: Math.max(...gaps) } : undefined;
}

/**
 * The most runs that a schedule has within any 24 hours.
 *
 * @param enough the count may stop here
 */
export function mostRunsADay(expression: string, { now, enough }: { now: Date; enough: number }): number {
  const interval = rateIntervalMs(expression);
  if (interval !== undefined) return Math.ceil(DAY_MS / interval);
  const times = comingTimes(expression, now);
  let most = 0;
  for (let first = 0, last = 0; last < times.length && most <= enough; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= DAY_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** What {@link comingTimes} has answered for one instant: a large fleet asks for few schedules, and for each of them often. */
const known = { now: Number.NaN, times: new Map<string, readonly number[]>() };

/** When a `cron()` runs, up to a leap day ahead: wall-clock times as if they were UTC. None for `rate()`. */
export function comingTimes(expression: string, now: Date): readonly number[] {
  if (known.now !== now.getTime()) Object.assign(known, { now: now.getTime(), times: new Map() });
  const times = known.times.get(expression) ?? findTimes(expression, now);
  known.times.set(expression, times);
  return times;
}

function findTimes(expression: string, now: Date): number[] {
  const cron = cronOf(expression);
  const times: number[] = [];
  for (const time of cron ? cronTimes(cron, now) : []) {
    if (times.length === MOST_TIMES || time.getTime() - now.getTime() > HORIZON_MS) break;
    times.push(time.getTime());
  }
  return times;
}

/** When a recurring schedule fires. */
export interface Recurrence {
  /** `cron()` or `rate()`. */
  readonly expression: string;
  /** IANA name in which `cron()` is meant. */
  readonly timeZone: string;
  /** Where the steps of `rate()` begin, milliseconds since 1970. */
  readonly anchor: number;
}

/**
 * The first time after an instant. A `cron()` time that daylight saving skips is left out, one that comes twice counts once.
 *
 * @param after milliseconds since 1970, itself excluded
 * @returns milliseconds since 1970, or undefined when there is none
 */
export function nextTime({ expression, timeZone, anchor }: Recurrence, after: number): number | undefined {
  const interval = rateIntervalMs(expression);
  if (interval !== undefined) {
    return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / interval) + 1) * interval;
  }
  const cron = cronOf(expression);
  return cron && nextCron(cron, timeZone, after);
}

function nextCron(cron: Cron, timeZone: string, after: number): number | undefined {
  for (const wall of cronTimes(cron, new Date(wallClock(after, timeZone)))) {
    const instant = instantOf(wall.getTime(), timeZone);
    if (instant !== undefined && instant > after) return instant;
  }
  return undefined;
}
