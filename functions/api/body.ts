import * as z from 'zod';
import { ERRORS } from '../credential/errors.ts';
import { schedule } from '../credential/settings/schedule.ts';
import { faultsDetail, faultsIn } from './faults.ts';
import { type ApiResponse, problem } from './problem.ts';

const Rotation = z.strictObject({
  reason: z.string().min(1).max(500).optional(),
  force: z.boolean().optional(),
  attended: z.boolean().optional(),
  leaveBehind: z.array(z.string().min(1).max(256)).min(1).max(20).optional(),
  dryRun: z.boolean().optional(),
  revokePrevious: z.boolean().optional(),
});

const Rollback = Rotation.pick({ reason: true, force: true, attended: true });

const Acknowledgement = z.strictObject({ versionId: z.string().min(1).max(64) });

const { expression, timezone, flexibleWindow, state } = schedule.shape;
/** Without the fleet file's defaults: what is absent stays as it is. */
const Schedule = z
  .strictObject({
    expression: expression.optional(),
    timezone: timezone.unwrap().optional(),
    /** null ends it. */
    flexibleWindow: flexibleWindow.nullable(),
    state: state.unwrap().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing to change');

/** What a caller may change of a schedule. */
export type ScheduleBody = z.infer<typeof Schedule>;

/** What a caller may say about a rotation. */
export type RotationBody = z.infer<typeof Rotation>;

/** The largest body that is read, in bytes. */
const MOST_BYTES = 65_536;
/** `text/plain` is what fetch sends where its caller names no type. */
const JSON_TYPES = /^(application\/([\w.+-]+\+)?json|text\/plain)\s*(;|$)/i;

/** A request's body, as the gateway hands it over. */
export interface SentBody {
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What a body has to be, and how to write one. */
interface Form<Body> {
  readonly schema: z.ZodType<Body>;
  readonly next: string;
}

/** Reads the body of `POST /credentials/{id}/rotations`: see {@link readJson}. An absent one is `{}`, which says nothing. */
export function readBody(sent: SentBody): RotationBody | ApiResponse {
  const next =
    'Send {}, or an object with "reason", "force", "attended", "leaveBehind", "revokePrevious" and "dryRun".';
  return readJson(sent, { schema: Rotation, next });
}

/** Reads the body of `POST /credentials/{id}/rollback`: see {@link readJson}. */
export function readRollback(sent: SentBody): z.infer<typeof Rollback> | ApiResponse {
  return readJson(sent, { schema: Rollback, next: 'Send {}, or an object with "reason", "force" and "attended".' });
}

/** Reads the body of `PATCH /credentials/{id}/schedule`: see {@link readJson}. */
export function readSchedule(sent: SentBody): ScheduleBody | ApiResponse {
  const next = 'Send an object with at least one of "state", "expression", "timezone" and "flexibleWindow".';
  return readJson(sent, { schema: Schedule, next });
}

/** Reads the body of `POST /credentials/{id}/connectors/{name}/acknowledgement`: see {@link readJson}. */
export function readAcknowledgement(sent: SentBody): z.infer<typeof Acknowledgement> | ApiResponse {
  const next = 'Send {"versionId": "…"}: the version that was entered in the connector.';
  return readJson(sent, { schema: Acknowledgement, next });
}

/**
 * Reads a JSON body. An absent or empty one is `{}`.
 *
 * @returns the body, or the problem to answer with: 413 over 64 KiB, 415 for another media type than JSON, 400 for what is not JSON,
 *   422 with a JSON Pointer for each fault
 */
function readJson<Body>({ body, isBase64Encoded, headers }: SentBody, form: Form<Body>): Body | ApiResponse {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return parseBody('{}', form);
  if (bytes.length > MOST_BYTES) return refuse('body-too-large', `The body has ${bytes.length} bytes`);
  const type = headers?.['content-type'] ?? 'application/json';
  if (!JSON_TYPES.test(type)) return refuse('media-type-unsupported', 'The body is not sent as application/json');
  return parseBody(bytes.toString(), form);
}

function parseBody<Body>(text: string, { schema, next }: Form<Body>): Body | ApiResponse {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('body-not-json', 'The body is not JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { errors, omitted } = faultsIn(result.error);
  const detail = faultsDetail('The body', omitted);
  return problem('request-invalid', { detail, nothingChanged: true, next, errors });
}

function refuse(code: 'body-too-large' | 'media-type-unsupported' | 'body-not-json', detail: string): ApiResponse {
  return problem(code, { detail, nothingChanged: true, next: ERRORS[code].next });
}
