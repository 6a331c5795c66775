const DAY_MS = 86_400_000;

/**
 * What a clock on the wall shows in a zone, as if it were UTC.
 *
 * @param instant milliseconds since 1970
 */
export function wallClock(instant: number, timeZone: string): number {
  const parts = formatter(timeZone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return seconds + (((instant % 1000) + 1000) % 1000);
}

/**
 * The first instant at which a clock on the wall shows a time.
 *
 * @param wall the time, as if it were UTC
 * @returns milliseconds since 1970, or undefined for a time that daylight saving skips
 */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => wallClock(near, timeZone) - near);
  const candidates = offsets.map((offset) => wall - offset).sort((a, b) => a - b);
  return candidates.find((instant) => wallClock(instant, timeZone) === wall);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', second: 'numeric', ...fields });
  formatters.set(timeZone, made);
  return made;
}
