import { type Cron, cronTimes } from '../../../functions/credential/schedule/cron.ts';
import { cronOf, rateIntervalMs, scheduleExpressionFault } from '../../../functions/credential/schedule/expression.ts';
import { instantOf, wallClock } from '../../../functions/credential/schedule/wall-clock.ts';

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/** When a schedule is due. */
export interface Timing {
  readonly expression: string;
  /** IANA name in which `at()` and `cron()` are meant. */
  readonly timeZone: string;
  /** Where the steps of `rate()` begin, milliseconds since 1970. */
  readonly anchor: number;
}

/**
 * Says what is wrong with an expression.
 *
 * @returns a sentence, or undefined when it can be used
 * @see [Schedule types](https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html)
 */
export function expressionFault({ expression, timeZone }: Pick<Timing, 'expression' | 'timeZone'>): string | undefined {
  if (!expression.startsWith('at(')) return scheduleExpressionFault(expression);
  const wall = wallOf(expression);
  if (wall === undefined) return `'${expression}' is not at(yyyy-mm-ddThh:mm:ss)`;
  return instantOf(wall, timeZone) === undefined
    ? `'${expression}' does not exist in ${timeZone}: daylight saving skips it`
    : undefined;
}

/** Whether an expression is a one-time schedule's. */
export function isOneTime(expression: string): boolean {
  return AT.test(expression);
}

/**
 * The first time after an instant. A `cron()` time that daylight saving skips is left out, one that comes twice counts once.
 *
 * @param after milliseconds since 1970, itself excluded
 * @returns milliseconds since 1970, or undefined when there is none
 */
export function nextOccurrence(timing: Timing, after: number): number | undefined {
  const { expression, timeZone, anchor } = timing;
  const interval = rateIntervalMs(expression);
  if (interval !== undefined) {
    return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / interval) + 1) * interval;
  }
  const cron = cronOf(expression);
  if (cron !== undefined) return nextCron(cron, timeZone, after);
  const wall = wallOf(expression);
  const instant = wall === undefined ? undefined : instantOf(wall, timeZone);
  return instant !== undefined && instant > after ? instant : undefined;
}

function nextCron(cron: Cron, timeZone: string, after: number): number | undefined {
  for (const wall of cronTimes(cron, new Date(wallClock(after, timeZone)))) {
    const instant = instantOf(wall.getTime(), timeZone);
    if (instant !== undefined && instant > after) return instant;
  }
  return undefined;
}

function wallOf(expression: string): number | undefined {
  const text = AT.exec(expression)?.[1];
  const wall = Date.parse(`${text}Z`);
  // A day like 30 February is carried over rather than refused by Date.
  return text !== undefined && new Date(wall || 0).toISOString().startsWith(text) ? wall : undefined;
}
