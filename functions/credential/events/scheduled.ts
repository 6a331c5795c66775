import * as z from 'zod';
import { type Credential, credentialSchema } from '../settings/credential.ts';
import type { SettingsContext } from '../settings/parts/context.ts';

/** Scheduler writes the time here for which it planned the run. */
export const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/**
 * The input of a credential's schedule: its settings, and an event for `rotate` at the same time.
 *
 * @see [Context attributes](https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html)
 */
export function scheduledEvent(credential: Credential) {
  return { trigger: 'schedule', credential, scheduledTime: SCHEDULED_TIME } as const;
}

/** The settings in a schedule's input. */
export function scheduledSettings(context: SettingsContext) {
  return z.object({ credential: credentialSchema(context) });
}

/** How events are read here. */
export interface EventContext extends SettingsContext {
  readonly now: Date;
}

/** The event that a schedule sends: one that recurs, or the repeat of a run. */
export function scheduledSchema(context: EventContext) {
  return z
    .strictObject({
      trigger: z.literal('schedule'),
      id: z.string().optional(),
      /** The schedule's input holds the settings. Of an event only the id is read: whoever sends one must not choose the rest. */
      credential: z.looseObject({ id: z.string() }).optional(),
      scheduledTime: scheduledTime(context),
      repeat: z.object({ attempt: z.int().positive(), due: z.boolean().default(false) }).optional(),
    })
    .transform(({ id, credential, ...event }, issues) => {
      const named = id ?? credential?.id;
      if (named !== undefined) return { ...event, id: named };
      issues.addIssue('names no credential');
      return z.NEVER;
    });
}

/** An emulator may leave the placeholder as it is. */
export function scheduledTime({ local, now }: EventContext) {
  return z
    .string()
    .transform((text) => (local && text === SCHEDULED_TIME ? now.toISOString() : text))
    .pipe(z.iso.datetime({ error: 'is not the time that the scheduler fills in' }))
    .transform((text) => new Date(text));
}
