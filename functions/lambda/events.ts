import * as z from 'zod';
import { RotationError } from '../credential/errors.ts';
import { auditSchema } from '../credential/events/audit.ts';
import { OnDemandEvent } from '../credential/events/on-demand.ts';
import { type EventContext, scheduledSchema } from '../credential/events/scheduled.ts';
import { NATIVE_STEPS, type NativeRequest } from '../credential/native-steps.ts';
import { faultLines } from '../credential/settings/fault-lines.ts';

function rotateSchema(context: EventContext) {
  return z.discriminatedUnion('trigger', [scheduledSchema(context), OnDemandEvent]);
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
  /** Connectors that a call has left behind. */
  leaveBehind: z.array(z.string()).optional(),
});

/** What `retire` is invoked with. */
export type RetireEvent = z.infer<typeof RetireEvent>;

const NativeEvent = z.object({
  Step: z.enum(NATIVE_STEPS),
  /** The secret's ARN. */
  SecretId: z.string(),
  ClientRequestToken: z.string(),
});

/** One of Secrets Manager's own four steps. */
export interface NativeEvent extends NativeRequest {
  readonly trigger: 'secrets-manager';
  readonly id: string;
}

/**
 * Reads an event of `rotate`.
 *
 * @throws {RotationError} `settings-invalid`, naming every fault
 */
export function parseRotateEvent(event: unknown, context: EventContext): RotateEvent | NativeEvent {
  const native = NativeEvent.safeParse(event);
  if (!native.success) return parse(rotateSchema(context), event);
  const { Step, SecretId, ClientRequestToken } = native.data;
  return { trigger: 'secrets-manager', id: credentialIn(SecretId, context), step: Step, versionId: ClientRequestToken };
}

/** The credential's id out of its secret's ARN, which ends with six characters of Secrets Manager's own. */
function credentialIn(secretArn: string, { prefix }: EventContext): string {
  const [space, id] = (secretArn.split(':')[6] ?? '').replace(/-[A-Za-z0-9]{6}$/, '').split('/');
  if (space === prefix && id) return id;
  throw new RotationError('credential-unknown', `${secretArn} is not a secret of ${prefix}`);
}

/**
 * Reads an event of `retire`.
 *
 * @throws {RotationError} `settings-invalid`, naming every fault
 */
export function parseRetireEvent(event: unknown): RetireEvent {
  return parse(RetireEvent, event);
}

/** What `audit` is invoked with. */
export type AuditEvent = z.infer<ReturnType<typeof auditSchema>>;

/**
 * Reads an event of `audit`.
 *
 * @throws {RotationError} `settings-invalid`, naming every fault
 */
export function parseAuditEvent(event: unknown, context: EventContext): AuditEvent {
  return parse(auditSchema(context), event);
}

function parse<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new RotationError('settings-invalid', `The event is not valid: ${faultLines(result.error).join('; ')}`);
}
