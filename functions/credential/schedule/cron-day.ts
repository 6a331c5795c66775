import { CronFault, type Field, oneValue, valuesOf } from './cron-field.ts';

/** A day of the calendar. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** The last day of its month. */
  readonly last: number;
}

/** Whether an expression fires on a day. */
export type DayRule = (day: Day) => boolean;

/** The two fields that name days, as they are written and as they are read. */
type DayFields<T> = Readonly<Record<'dayOfMonth' | 'dayOfWeek', T>>;

/**
 * Reads the two fields that name days. One of them has to be `?`.
 *
 * @throws {CronFault}
 */
export function dayRule({ dayOfMonth, dayOfWeek }: DayFields<string>, fields: DayFields<Field>): DayRule {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new CronFault("exactly one of day-of-month and day-of-week must be '?'");
  }
  return dayOfWeek === '?' ? ofMonth(dayOfMonth, fields.dayOfMonth) : ofWeek(dayOfWeek, fields.dayOfWeek);
}

/** `L`, the month's last day; `3W`, the weekday nearest to the third; or values. */
function ofMonth(text: string, field: Field): DayRule {
  if (text === 'L') return ({ day, last }) => day === last;
  if (text.endsWith('W')) {
    const near = oneValue(text.slice(0, -1), field, text);
    return (one) => near <= one.last && one.day === nearestWeekday({ ...one, day: near });
  }
  const values = valuesOf(text, field);
  return ({ day }) => values.includes(day);
}

/** `L`, the week's last day; `6L`, the month's last Friday; `3#2`, its second Tuesday; or values. */
function ofWeek(text: string, field: Field): DayRule {
  if (text === 'L') return (one) => weekdayOf(one) === field.max;
  if (text.endsWith('L')) {
    const weekday = oneValue(text.slice(0, -1), field, text);
    return (one) => weekdayOf(one) === weekday && one.day + 7 > one.last;
  }
  if (text.includes('#')) return nthWeekday(text, field);
  if (text.includes('/'))
    throw new CronFault(`the ${field.name} field '${text}' has steps, which it does not take; list the days`);
  const values = valuesOf(text, field);
  return (one) => values.includes(weekdayOf(one));
}

function nthWeekday(text: string, field: Field): DayRule {
  const [day = '', count = '', ...more] = text.split('#');
  if (more.length > 0 || !/^[1-5]$/.test(count)) {
    throw new CronFault(`the ${field.name} field '${text}' is not one day # one week from 1 to 5, as in 3#2`);
  }
  const weekday = oneValue(day, field, text);
  return (one) => weekdayOf(one) === weekday && Math.ceil(one.day / 7) === Number(count);
}

/** 1 is Sunday, 7 is Saturday. */
function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

/** The weekday nearest to a day, within its month. */
function nearestWeekday(one: Day): number {
  const weekday = weekdayOf(one);
  if (weekday === 7) return one.day > 1 ? one.day - 1 : 3;
  if (weekday === 1) return one.day < one.last ? one.day + 1 : one.day - 2;
  return one.day;
}
