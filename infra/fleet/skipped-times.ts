import { rateIntervalMs } from '../../functions/credential/schedule/expression.ts';
import { comingTimes, intervalsOf } from '../../functions/credential/schedule/run-times.ts';
import { wallClock } from '../../functions/credential/schedule/wall-clock.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Long enough for every rule of the calendar to have come once. */
const DAYS = 2 * 366;

/** Times of the wall clock that daylight saving skips, as if they were UTC: `to` is the first that exists again. */
interface SkippedTimes {
  readonly from: number;
  readonly to: number;
}

const known = new Map<string, readonly SkippedTimes[]>();

/** What a zone's clock skips in the two years to come. A pure function of its arguments, remembered: it takes some milliseconds. */
function skippedTimes(timeZone: string, now: Date): readonly SkippedTimes[] {
  const key = `${timeZone} ${now.getTime()}`;
  const found = known.get(key) ?? findSkipped(timeZone, now.getTime());
  known.set(key, found);
  return found;
}

function findSkipped(timeZone: string, now: number): SkippedTimes[] {
  const begin = Math.floor(now / DAY_MS) * DAY_MS;
  const offset = (instant: number) => wallClock(instant, timeZone) - instant;
  return Array.from({ length: DAYS }, (_, day) => begin + day * DAY_MS).flatMap((from) => {
    const [before, after] = [offset(from), offset(from + DAY_MS)];
    if (after <= before) return [];
    const change = changeBetween(from, from + DAY_MS, (instant) => offset(instant) !== before);
    return [{ from: change + before, to: change + after }];
  });
}

/** The first whole minute at which something holds, that holds at the end and not at the beginning. */
function changeBetween(begin: number, end: number, holds: (instant: number) => boolean): number {
  if (end - begin <= MINUTE_MS) return end;
  const middle = begin + Math.floor((end - begin) / 2 / MINUTE_MS) * MINUTE_MS;
  return holds(middle) ? changeBetween(begin, middle, holds) : changeBetween(middle, end, holds);
}

/** The first coming run that daylight saving skips, as the wall clock would have shown it. Hourly runs don't miss one. */
export function skippedRun({ expression, timezone }: Credential['schedule'], now: Date): string | undefined {
  const intervals = intervalsOf(expression, now);
  if (!intervals || intervals.shortest < DAY_MS / 2 || rateIntervalMs(expression) !== undefined) return undefined;
  const skipped = skippedTimes(timezone, now);
  const time = comingTimes(expression, now).find((one) => skipped.some(({ from, to }) => from <= one && one < to));
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
