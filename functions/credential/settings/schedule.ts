import * as z from 'zod';
import { durationMs } from '../duration.ts';
import { durationBetween } from './parts/parts.ts';

/** Whether the expression and the zone can be used is judged at synth: a run reads them, and must not be refused by the clock. */
export const schedule = z
  .strictObject({
    expression: z
      .string()
      .min(1)
      .max(256)
      .meta({ pattern: '^(cron|rate)\\(.+\\)$' })
      .describe('EventBridge Scheduler expression, for example cron(0 3 ? * SUN *) or rate(30 days)'),
    timezone: z
      .string()
      .min(1)
      .meta({ pattern: '^[A-Z][A-Za-z0-9_+/-]+$' })
      .default('UTC')
      .describe('IANA time zone of the expression and the freezes, for example Europe/Stockholm'),
    flexibleWindow: durationBetween('PT1M', 'PT24H', 'PT0S')
      .optional()
      .describe(
        'Lets the rotation begin up to so much later. ISO 8601, PT1M to PT24H, whole minutes; PT0S for none. Default: as long as Secrets Manager needs for all rotations of that minute, none for up to 25 of them.',
      ),
    state: z
      .enum(['ENABLED', 'DISABLED'])
      .default('ENABLED')
      .describe('DISABLED stops scheduled rotations. Rotations on demand still work.'),
  })
  .describe('When the secret is rotated.');

/**
 * Scheduler counts whole minutes; a part of one is left out, so that the window is never longer than was asked for.
 *
 * @returns 0 where there is no window
 */
export function windowMinutes(flexibleWindow = 'PT0S'): number {
  return Math.floor(durationMs(flexibleWindow) / 60_000);
}

/** Days on which scheduled runs do nothing, both included. */
export const freeze = z
  .strictObject({
    from: z.iso.date().describe('First day, for example 2026-12-20'),
    to: z.iso.date().describe('Last day, included.'),
    reason: z.string().min(1).max(200).describe('Why, for people.'),
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins');

type Freeze = z.infer<typeof freeze>;

/**
 * The freeze that covers an instant, if there is one. Both of its days count whole, in the schedule's time zone: what the
 * calendar on the wall there says, whatever daylight saving does.
 *
 * @param credential settings that the schema has accepted
 * @param instant the time to look at
 */
export function activeFreeze(
  credential: { readonly freezes: readonly Freeze[]; readonly schedule: { readonly timezone: string } },
  instant: Date,
): Freeze | undefined {
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
