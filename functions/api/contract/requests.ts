import * as z from 'zod';
import { text } from '../../credential/events/text.ts';
import { ID, ID_RULE } from '../../credential/settings/parts/parts.ts';
import { schedule } from '../../credential/settings/schedule.ts';

/** What may stand in the place of each `{name}` of a path. */
export const PATH_PARAMETERS = {
  id: z.string().regex(ID, ID_RULE).describe('The id of a credential.'),
  name: text(1, 256).describe("A connector's name, compared byte for byte."),
  executionId: text(1, 80).describe('The id of a fleet rotation.'),
  rotationId: text(1, 64).describe('The id of a rotation, or the request id of a run.'),
} as const;

export const RotationRequest = z.strictObject({
  reason: text(1, 500).optional().describe('Stands in the log and the answer.'),
  force: z.boolean().optional().describe('Rotates in spite of a freeze.'),
  attended: z.boolean().optional().describe('Somebody is ready to enter the new secret at once.'),
  leaveBehind: z
    .array(text(1, 256))
    .min(1)
    .max(20)
    .optional()
    .describe('Names of connectors that are neither asked nor written.'),
  dryRun: z.boolean().optional().describe('Observes and decides, and writes nothing. The answer is a plan.'),
  revokePrevious: z
    .boolean()
    .optional()
    .describe('Ends the previous secret as soon as every connector has the new one.'),
});

export const RollbackRequest = RotationRequest.pick({ reason: true, force: true, attended: true });

export const AcknowledgementRequest = z.strictObject({
  versionId: text(1, 64).describe('The version that was entered in the connector.'),
});

/** Printable ASCII without a blank at an end, as a header carries it unchanged. */
const KEY = /^[!-~]([ -~]{0,253}[!-~])?$/;

export const RunHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(KEY, 'must be 1 to 255 characters of printable ASCII')
    .optional()
    .describe('Within 24 hours, calls with the same key and body are about one request and one run.'),
  prefer: z
    .string()
    .optional()
    .describe('`respond-async` answers at once with 202; `Preference-Applied` confirms it. See RFC 7240.'),
});

/** Without a preference: nobody waits for a fleet rotation. */
export const FleetHeaders = RunHeaders.pick({ 'idempotency-key': true });

const { expression, timezone, flexibleWindow, state } = schedule.shape;

/** Without the fleet file's defaults: what is absent stays as it is. */
export const ScheduleRequest = z
  .strictObject({
    expression: expression.optional(),
    timezone: timezone.unwrap().optional(),
    flexibleWindow: flexibleWindow.nullable().describe('ISO 8601, PT1M to PT24H; null ends the window.'),
    state: state.unwrap().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing to change')
  .meta({ minProperties: 1 });

/** Whether a text can be in the place of a `{name}` of a path. */
export function canBe(name: keyof typeof PATH_PARAMETERS, sent: string): boolean {
  return PATH_PARAMETERS[name].safeParse(sent).success;
}

/** A query's number is text, written as JSON writes a whole number. */
const wholeNumber = (sent: unknown) => (typeof sent === 'string' && /^[1-9]\d{0,8}$/.test(sent) ? Number(sent) : sent);

export const PageQuery = z.strictObject({
  limit: z.preprocess(wholeNumber, z.int().min(1).max(50)).default(25).describe('How many; 25 by default.'),
  nextToken: z.string().min(1).optional().describe('The nextToken of the page before.'),
});

/** Without a next page: what is older is seldom looked for, and its id leads to it. */
export const RecentQuery = PageQuery.pick({ limit: true });

/** What a caller may say about a request for a run, beside its body. */
export type RunHeaders = z.infer<typeof RunHeaders>;

/** What a caller may change of a schedule. */
export type ScheduleBody = z.infer<typeof ScheduleRequest>;

/** What a caller may say about a rotation. */
export type RotationBody = z.infer<typeof RotationRequest>;
