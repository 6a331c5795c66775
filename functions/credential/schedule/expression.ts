import { type Cron, cronTimes, parseCron } from './cron.ts';
import { CronFault } from './cron-field.ts';

const RATE = /^rate\(([1-9]\d{0,5}) (minutes?|hours?|days?)\)$/;
const CRON = /^cron\(([^()]+)\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Says what is wrong with a recurring EventBridge Scheduler expression.
 *
 * @param now the expression has to fire after this
 * @returns a sentence for the person who wrote it, or undefined when the expression can be used
 * @see [Schedule types](https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html)
 */
export function scheduleExpressionFault(expression: string, now = new Date()): string | undefined {
  const rate = RATE.exec(expression);
  if (rate) {
    const singular = !rate[2]?.endsWith('s');
    return singular === (rate[1] === '1') ? undefined : `'${expression}': write rate(1 day), but rate(2 days)`;
  }
  const cron = CRON.exec(expression)?.[1];
  if (cron === undefined) {
    return `'${expression}' is neither cron(…) nor rate(…); for example cron(0 3 ? * SUN *) or rate(30 days)`;
  }
  const fault = cronFault(cron, now);
  return fault && `'${expression}': ${fault}; for example cron(0 3 ? * SUN *)`;
}

function cronFault(text: string, now: Date): string | undefined {
  try {
    return cronTimes(parseCron(text), now).next().done ? 'it never fires' : undefined;
  } catch (error) {
    if (error instanceof CronFault) return error.message;
    throw error;
  }
}

/**
 * The cron of an expression that {@link scheduleExpressionFault} finds right.
 *
 * @returns undefined for `rate()`
 */
export function cronOf(expression: string): Cron | undefined {
  const cron = CRON.exec(expression)?.[1];
  return cron === undefined ? undefined : parseCron(cron);
}

/**
 * How often a `rate()` schedule fires.
 *
 * @returns milliseconds, or undefined for `cron()`, whose distances differ
 */
export function rateIntervalMs(expression: string): number | undefined {
  const rate = RATE.exec(expression);
  if (!rate) return undefined;
  const unit = (rate[2] ?? '').replace(/s$/, '') as keyof typeof UNIT_MS;
  return Number(rate[1]) * UNIT_MS[unit];
}
