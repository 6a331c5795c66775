import { type DayRule, dayRule } from './cron-day.ts';
import { CronFault, type Field, valuesOf } from './cron-field.ts';

const FIELDS = {
  minutes: { name: 'minutes', min: 0, max: 59 },
  hours: { name: 'hours', min: 0, max: 23 },
  dayOfMonth: { name: 'day-of-month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') },
  dayOfWeek: { name: 'day-of-week', min: 1, max: 7, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') },
  year: { name: 'year', min: 1970, max: 2199 },
} satisfies Record<string, Field>;

const ORDER = Object.values(FIELDS).map(({ name }) => name);

/** When a cron expression fires: the values of each field, in ascending order. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly isDay: DayRule;
}

/**
 * Reads the six fields of an EventBridge Scheduler cron expression, and takes nothing but what its documentation names.
 *
 * @param text for example `0 3 ? * SUN *`
 * @throws {CronFault} with a sentence for the person who wrote it
 * @see [Cron-based schedules](https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based)
 */
export function parseCron(text: string): Cron {
  const fields = text.split(' ');
  if (fields.length !== ORDER.length) {
    throw new CronFault(`cron needs the six fields ${ORDER.join(' ')}, found ${fields.length}`);
  }
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  return {
    minutes: valuesOf(minutes, FIELDS.minutes),
    hours: valuesOf(hours, FIELDS.hours),
    months: valuesOf(month, FIELDS.month),
    years: valuesOf(year, FIELDS.year),
    isDay: dayRule({ dayOfMonth, dayOfWeek }, FIELDS),
  };
}

/**
 * Every time at which a cron expression fires, as a clock on the wall shows it.
 *
 * @param after itself excluded; read as if the wall clock were UTC, like the times that come back
 */
export function* cronTimes({ minutes, hours, months, years, isDay }: Cron, after: Date): Generator<Date, undefined> {
  const begin = { year: after.getUTCFullYear(), month: after.getUTCMonth() + 1 };
  for (const year of years.filter((one) => one >= begin.year)) {
    for (const month of months.filter((one) => year > begin.year || one >= begin.month)) {
      for (let day = 1; day <= daysIn(year, month); day++) {
        if (!isDay({ year, month, day, last: daysIn(year, month) })) continue;
        for (const hour of hours) {
          for (const minute of minutes) {
            const time = new Date(Date.UTC(year, month - 1, day, hour, minute));
            if (time > after) yield time;
          }
        }
      }
    }
  }
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
