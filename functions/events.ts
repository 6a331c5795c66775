import * as z from 'zod';
import { RotationError } from './rotation/errors.ts';
import { credentialSchema, faultLines, type SettingsContext } from './rotation/settings.ts';

/** EventBridge Scheduler fills these in; an emulator may not. */
const PLACEHOLDER = /^<aws\.scheduler\.[a-z-]+>$/;

/** How events are read here. */
export interface EventContext extends SettingsContext {
  readonly now: Date;
}

function rotateSchema(context: EventContext) {
  return z.discriminatedUnion('trigger', [
    z.strictObject({
      trigger: z.literal('schedule'),
      credential: credentialSchema(context),
      scheduledTime: scheduledTime(context),
      executionId: z.string().optional(),
      repeat: z.strictObject({ versionId: z.string(), attempt: z.int().positive() }).optional(),
    }),
    z.strictObject({
      trigger: z.literal('api'),
      id: z.string(),
      reason: z.string().optional(),
      force: z.boolean().optional(),
      requestedBy: z.string(),
    }),
  ]);
}

/** What `rotate` is invoked with. */
export type RotateEvent = z.infer<ReturnType<typeof rotateSchema>>;

const RetireEvent = z.strictObject({
  trigger: z.literal('retire'),
  id: z.string(),
  /** The version whose secret is to be ended. */
  versionId: z.string(),
  /** How often it was postponed. */
  attempt: z.int().nonnegative(),
});

/** What `retire` is invoked with. */
export type RetireEvent = z.infer<typeof RetireEvent>;

/**
 * Reads an event of `rotate`.
 *
 * @throws {RotationError} `settings-invalid`, naming every fault; `not-available` for Secrets Manager's own four steps
 */
export function parseRotateEvent(event: unknown, context: EventContext): RotateEvent {
  const fourSteps = z.object({ Step: z.string(), SecretId: z.string() }).safeParse(event);
  if (fourSteps.success) {
    const { Step, SecretId } = fourSteps.data;
    throw new RotationError(
      'not-available',
      `${Step} of ${SecretId}: rotation by Secrets Manager itself is off (native: false)`,
    );
  }
  return parse(rotateSchema(context), event);
}

/**
 * Reads an event of `retire`.
 *
 * @throws {RotationError} `settings-invalid`, naming every fault
 */
export function parseRetireEvent(event: unknown): RetireEvent {
  return parse(RetireEvent, event);
}

function parse<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new RotationError('settings-invalid', `The event is not valid: ${faultLines(result.error).join('; ')}`);
}

function scheduledTime({ local, now }: EventContext) {
  return z
    .string()
    .transform((text) => (local && PLACEHOLDER.test(text) ? now.toISOString() : text))
    .pipe(z.iso.datetime({ error: 'is not the time that the scheduler fills in' }))
    .transform((text) => new Date(text));
}
