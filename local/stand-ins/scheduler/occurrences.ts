import { scheduleExpressionFault } from '../../../functions/credential/schedule/expression.ts';
import { nextTime, type Recurrence } from '../../../functions/credential/schedule/run-times.ts';
import { instantOf } from '../../../functions/credential/schedule/wall-clock.ts';

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/** When a schedule is due: a recurring one, or `at()`. */
export type Timing = Recurrence;

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
  const wall = wallOf(timing.expression);
  if (wall === undefined) return nextTime(timing, after);
  const instant = instantOf(wall, timing.timeZone);
  return instant !== undefined && instant > after ? instant : undefined;
}

function wallOf(expression: string): number | undefined {
  const text = AT.exec(expression)?.[1];
  const wall = Date.parse(`${text}Z`);
  // A day like 30 February is carried over rather than refused by Date.
  return text !== undefined && new Date(wall || 0).toISOString().startsWith(text) ? wall : undefined;
}
