import { type Cron, cronTimes } from './cron.ts';
import { cronOf, rateIntervalMs } from './expression.ts';
import { instantOf, wallClock } from './wall-clock.ts';

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
