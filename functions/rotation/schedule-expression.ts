import awsCron from 'aws-cron-parser';

const RATE = /^rate\(([1-9]\d{0,5}) (minutes?|hours?|days?)\)$/;
const CRON = /^cron\(([^()]+)\)$/;
const FIELD_NAMES = ['minutes', 'hours', 'day-of-month', 'month', 'day-of-week', 'year'] as const;
const FIELD = /^[0-9A-Z*?,/#LW-]+$/;
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

function cronFault(cron: string, now: Date): string | undefined {
  const fields = cron.split(' ');
  if (fields.length !== FIELD_NAMES.length) {
    return `cron needs the six fields ${FIELD_NAMES.join(' ')}, found ${fields.length}`;
  }
  const bad = fields.findIndex((field) => !FIELD.test(field));
  if (bad >= 0) return `the ${FIELD_NAMES[bad]} field '${fields[bad]}' is not a cron field`;
  if ((fields[2] === '?') === (fields[4] === '?')) return "exactly one of day-of-month and day-of-week must be '?'";
  try {
    return awsCron.next(awsCron.parse(cron), now) ? undefined : 'it never fires';
  } catch (error) {
    const reason = error instanceof Error && error.message.startsWith('Invalid') ? error.message : undefined;
    return reason ? reason.replace(/^Invalid: /, '') : 'a field holds a value that cron does not know';
  }
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
