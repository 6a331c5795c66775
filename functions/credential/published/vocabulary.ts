import * as z from 'zod';
import { AuditCompleted, auditMessage } from './audit-completed.ts';
import { DriftDetected, driftMessage } from './drift-detected.ts';
import { ExpiryNear, expiryMessage } from './expiry-near.ts';
import { FleetRotationEnded, fleetRotationMessage } from './fleet-rotation-ended.ts';
import { Message } from './parts.ts';
import { Retired, retiredMessage } from './retired.ts';
import { Failed, RolledBack, RotationSucceeded, rotationMessage } from './rotation-ended.ts';
import { AcknowledgementNeeded, RetireDue, RotationDue, taskMessage } from './task-announced.ts';

/** Where every event of ours says that it comes from. The functions may publish no other. */
export const EVENT_SOURCE = 'client-secret-rotation';

/** What belongs to a detail type: the members of its detail, and how people are told of it. */
const event = <S extends z.ZodObject>(schema: S, message: (detail: z.infer<S>) => Message) => ({
  schema,
  tell: (detail: unknown) => {
    const known = schema.parse(detail);
    return { ...known, message: message(known) };
  },
});

/** Every event that is published, by its detail type. A detail has the members of its schema and no other, and none is a secret. */
export const EVENTS = {
  'Rotation Succeeded': event(RotationSucceeded, rotationMessage),
  'Rolled Back': event(RolledBack, rotationMessage),
  Failed: event(Failed, rotationMessage),
  Retired: event(Retired, retiredMessage),
  'Acknowledgement Needed': event(AcknowledgementNeeded, taskMessage),
  'Rotation Due': event(RotationDue, taskMessage),
  'Retire Due': event(RetireDue, taskMessage),
  'Drift Detected': event(DriftDetected, driftMessage),
  'Expiry Near': event(ExpiryNear, expiryMessage),
  'Audit Completed': event(AuditCompleted, auditMessage),
  'Fleet Rotation Ended': event(FleetRotationEnded, fleetRotationMessage),
} as const;

export type DetailType = keyof typeof EVENTS;

/** An event, before it is published. */
export type PublishedEvent = {
  [T in DetailType]: { readonly detailType: T; readonly detail: Readonly<z.infer<(typeof EVENTS)[T]['schema']>> };
}[DetailType];

/** What every detail has beside the members of its own. */
const COMMON = { stack: z.string().describe('The prefix of the stack that published it.'), message: Message };

/** The whole detail of a type, as it is on the bus. */
export function detailSchema(detailType: DetailType): z.ZodObject {
  const { stack, message } = COMMON;
  return z.object({ stack, ...EVENTS[detailType].schema.shape, message });
}

/**
 * Puts together what is published. The schema names the members one by one: nothing gets into an event by being there.
 *
 * @param stack the prefix: stacks of one account share the bus
 * @throws {z.ZodError} for an event that its schema doesn't describe
 */
export function detailOf({ detailType, detail }: PublishedEvent, stack: string): Readonly<Record<string, unknown>> {
  return { stack, ...EVENTS[detailType].tell(detail) };
}
