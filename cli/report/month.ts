import { InvalidArgumentError } from 'commander';

/** A calendar month in UTC: `from` belongs to it, `to` is the first moment after it. */
export interface Month {
  /** `2026-10` */
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
}

/** The month of a name such as `2026-10`. @throws {InvalidArgumentError} */
export function parseMonth(text: string): Month {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined) throw new InvalidArgumentError('It must be a month, such as 2026-10.');
  return monthAt(Number(year), Number(month) - 1);
}

/** The month before the one in which a moment lies. */
export function monthBefore(now: Date): Month {
  return monthAt(now.getUTCFullYear(), now.getUTCMonth() - 1);
}

/** @param index of the month, from 0; one beyond a year's ends counts into the year beside it */
function monthAt(year: number, index: number): Month {
  const from = new Date(Date.UTC(year, index));
  return { name: from.toISOString().slice(0, 7), from, to: new Date(Date.UTC(year, index + 1)) };
}
