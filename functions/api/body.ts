import * as z from 'zod';
import { ERRORS } from '../credential/errors.ts';
import { faultsDetail, faultsIn } from './faults.ts';
import { type ApiResponse, problem } from './problem.ts';

const Body = z.strictObject({
  reason: z.string().min(1).max(500).optional(),
  force: z.boolean().optional(),
  attended: z.boolean().optional(),
  leaveBehind: z.array(z.string().min(1).max(256)).min(1).max(20).optional(),
  dryRun: z.literal(false, 'is not available yet').optional(),
  revokePrevious: z.boolean().optional(),
});

/** What a caller may say about a rotation. */
export type RotationBody = Pick<
  z.infer<typeof Body>,
  'reason' | 'force' | 'attended' | 'revokePrevious' | 'leaveBehind'
>;

/** The largest body that is read, in bytes. */
const MOST_BYTES = 65_536;
/** `text/plain` is what fetch sends where its caller names no type. */
const JSON_TYPES = /^(application\/([\w.+-]+\+)?json|text\/plain)\s*(;|$)/i;
const NEXT = 'Send {}, or an object with "reason", "force", "attended", "revokePrevious" and "leaveBehind".';

/** A request's body, as the gateway hands it over. */
export interface SentBody {
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Reads the body of `POST /credentials/{id}/rotations`. An absent or empty one is `{}`.
 *
 * @returns the body, or the problem to answer with: 413 over 64 KiB, 415 for another media type than JSON, 400 for what is not JSON,
 *   422 with a JSON Pointer for each fault
 */
export function readBody({ body, isBase64Encoded, headers }: SentBody): RotationBody | ApiResponse {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return {};
  if (bytes.length > MOST_BYTES) return refuse('body-too-large', `The body has ${bytes.length} bytes`);
  const type = headers?.['content-type'] ?? 'application/json';
  if (!JSON_TYPES.test(type)) return refuse('media-type-unsupported', 'The body is not sent as application/json');
  return parseBody(bytes.toString());
}

function parseBody(text: string): RotationBody | ApiResponse {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('body-not-json', 'The body is not JSON');
  }
  const result = Body.safeParse(value);
  if (result.success) return result.data;
  const { errors, omitted } = faultsIn(result.error);
  const detail = faultsDetail('The body', omitted);
  return problem('request-invalid', { detail, nothingChanged: true, next: NEXT, errors });
}

function refuse(code: 'body-too-large' | 'media-type-unsupported' | 'body-not-json', detail: string): ApiResponse {
  return problem(code, { detail, nothingChanged: true, next: ERRORS[code].next });
}
