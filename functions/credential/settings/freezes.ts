import type { Credential } from './credential.ts';

/**
 * The freeze that covers an instant, if there is one. Both of its days count whole, in the schedule's time zone: what the
 * calendar on the wall there says, whatever daylight saving does.
 *
 * @param credential settings that the schema has accepted
 * @param instant the time to look at
 */
export function activeFreeze(
  credential: Pick<Credential, 'freezes' | 'schedule'>,
  instant: Date,
): Credential['freezes'][number] | undefined {
  const today = calendarDay(instant, credential.schedule.timezone);
  return credential.freezes.find(({ from, to }) => from <= today && today <= to);
}

/**
 * `2026-12-20`: ISO dates of equal length compare as they read. `sv-SE` formats dates that way. A zone that this Node no longer
 * knows is read as UTC: it was right when it was deployed, and a run must not end with it.
 */
function calendarDay(instant: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant);
  } catch {
    return instant.toISOString().slice(0, 10);
  }
}
