/** Numbers and dates by the browser's own language and zone. Each form is made once. */
const number = new Intl.NumberFormat();
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const precise = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const utc = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
/** Within a sentence, which is English. */
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const hourOnly = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: 'numeric', minute: '2-digit' });
const dayOnly = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

export const formatNumber = (value: number) => number.format(value);
export const formatMoment = (instant: number) => moment.format(instant);
export const formatPrecise = (instant: number) => precise.format(instant);
/** Without its name: the caller says that it is UTC. */
export const formatUtc = (instant: number) => utc.format(instant);

/** How far a point of time is from now: `in 3 days`, `2 hours ago`. */
export function formatDistance(ms: number): string {
  const [unit, size] = UNITS.slice(0, 4).find(([, one]) => Math.abs(ms) >= one) ?? ['second', 1000];
  return relative.format(Math.trunc(ms / size), unit as Intl.RelativeTimeFormatUnit);
}

/** A duration in its largest unit: `12 days`, `1.5 days`. */
export function formatDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, one]) => ms >= one) ?? ['millisecond', 1];
  const count = ms / size;
  const written = unit !== 'millisecond' && count < 10 ? decimal.format(count) : number.format(Math.round(count));
  return `${written} ${unit}${written === '1' ? '' : 's'}`;
}

/** A point of time on an axis whose steps are so long. */
export function formatTick(instant: number, stepMs: number): string {
  if (stepMs >= 86_400_000) return dayOnly.format(instant);
  return (stepMs >= 3_600_000 ? hourOnly : timeOnly).format(instant);
}
