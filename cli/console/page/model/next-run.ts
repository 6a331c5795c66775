import { cronTimes } from '../../../../functions/credential/schedule/cron.ts';
import { cronOf, rateIntervalMs } from '../../../../functions/credential/schedule/expression.ts';
import { instantOf, wallClock } from '../../../../functions/credential/schedule/wall-clock.ts';
import type { Credential } from './answers.ts';

/** When a schedule runs next. Of `rate()` only EventBridge knows when it began to count. */
export type NextRun =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'every'; readonly ms: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'never' };

/** How many times are tried: daylight saving may skip one. */
const MOST_TRIES = 3;

/** @param now milliseconds since 1970 */
export function nextRun({ expression, timezone, state }: Credential['schedule'], now: number): NextRun {
  if (state === 'DISABLED') return { kind: 'paused' };
  const ms = rateIntervalMs(expression);
  if (ms !== undefined) return { kind: 'every', ms };
  try {
    const at = nextTime(expression, timezone, now);
    return at === undefined ? { kind: 'never' } : { kind: 'at', at };
  } catch {
    // A zone that this browser does not know, or an expression of a later version.
    return { kind: 'never' };
  }
}

function nextTime(expression: string, timezone: string, now: number): number | undefined {
  const cron = cronOf(expression);
  if (!cron) return undefined;
  let tries = 0;
  for (const wall of cronTimes(cron, new Date(wallClock(now, timezone)))) {
    const at = instantOf(wall.getTime(), timezone);
    if (at !== undefined && at > now) return at;
    tries += 1;
    if (tries === MOST_TRIES) return undefined;
  }
  return undefined;
}
