import type * as z from 'zod';
import { ERRORS } from '../credential/errors.ts';
import type { Form } from './contract/route.ts';
import { invalid } from './faults.ts';
import { type ApiResponse, problem } from './problem.ts';

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

/**
 * Reads a JSON body. An absent or empty one is `{}`.
 *
 * @returns the body, or the problem to answer with: 413 over 64 KiB, 415 for another media type than JSON, 400 for what is not JSON
 *   in UTF-8, 422 with a JSON Pointer for each fault
 */
export function readJson<Schema extends z.ZodType>(
  { body, isBase64Encoded, headers }: SentBody,
  form: Form<Schema>,
): { readonly data: z.output<Schema> } | ApiResponse {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return parseBody(Buffer.from('{}'), form);
  if (bytes.length > MOST_BYTES) return refuse('body-too-large', `The body has ${bytes.length} bytes`);
  const type = headers?.['content-type'] ?? 'application/json';
  if (!JSON_TYPES.test(type)) return refuse('media-type-unsupported', 'The body is not sent as application/json');
  return parseBody(bytes, form);
}

function parseBody<Schema extends z.ZodType>(bytes: Buffer, { schema, next }: Form<Schema>) {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    return refuse('body-not-json', 'The body is not JSON');
  }
  const result = schema.safeParse(value);
  return result.success ? { data: result.data } : invalid('The body is', { error: result.error, next });
}

/** Anything else than UTF-8 would be read as something that nobody sent. JSON has no byte order mark. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(code: 'body-too-large' | 'media-type-unsupported' | 'body-not-json', detail: string): ApiResponse {
  return problem(code, { detail, nothingChanged: true, next: ERRORS[code].next });
}
