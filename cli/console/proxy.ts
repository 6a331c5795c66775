import type { Route } from '../../functions/api/contract/routes.ts';
import type { Api, ApiAnswer, ApiCall } from '../api/client.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { json } from './answers.ts';

/** The calls of the API that the page makes, and no others. */
export const CALLS = [
  'GET /credentials',
  'GET /credentials/{id}',
  'GET /credentials/{id}/rotations',
  'GET /credentials/{id}/rotations/{rotationId}',
  'POST /credentials/{id}/rotations',
  'POST /credentials/{id}/rollback',
  'GET /rotations',
  'POST /rotations',
  'GET /rotations/{executionId}',
  'DELETE /rotations/{executionId}',
  'PATCH /credentials/{id}/schedule',
  'POST /credentials/{id}/connectors/{name}/acknowledgement',
] as const satisfies readonly Route[];

/** What the API takes at most. */
const MOST_BYTES = 65_536;
/** What to do when an answer is lost. */
const LOOK_AT_ONE = 'Look at the credential and its history first: the call may have been carried out.';
const LOOK_AT_MANY = 'Look at the list of rotations first: the call may have been carried out.';
/** Headers of the page that the API is given. */
const PASSED = ['idempotency-key', 'prefer'] as const;

/**
 * Passes a call of the page on to the API, signed with the caller's own keys.
 *
 * @param path from the first slash on, as the API has it
 */
export async function passOn(request: Request, path: string, api: Api): Promise<Response> {
  const [pathname = ''] = path.split('?');
  if (!isAllowed(request.method, pathname)) return json(404, { message: 'The page makes no such call' });
  const text = await request.text();
  if (Buffer.byteLength(text) > MOST_BYTES) return json(413, { message: 'The body is too large' });
  const body = parsed(text);
  if (body === undefined) return json(400, { message: 'The body is no JSON object' });
  const call: ApiCall = {
    method: request.method as ApiCall['method'],
    path,
    ...(body !== null && { body }),
    headers: Object.fromEntries(PASSED.flatMap((name) => headerOf(request, name))),
    reads: (body as { dryRun?: unknown } | null)?.dryRun === true,
    ifLost: pathname.startsWith('/rotations') ? LOOK_AT_MANY : LOOK_AT_ONE,
  };
  try {
    return told(await api.send(call));
  } catch (error) {
    return failure(error);
  }
}

function told({ status, body, headers }: ApiAnswer): Response {
  const after = headers.get('retry-after');
  if (body === undefined) return json(502, { message: 'The API has answered with something that is no JSON' });
  return json(status, body, after === null ? {} : { 'retry-after': after });
}

/** What this program could not do, in the form of the API's problems. An unforeseen error may quote anything: only its kind is told. */
export function failure(error: unknown): Response {
  if (!(error instanceof CliError)) {
    const { name } = error as Error;
    return json(500, { code: name, title: 'The console failed', nothingChanged: null, next: 'Reload the page.' });
  }
  const { what: title, code = 'no-answer', detail = '', next } = error.facts;
  return json(502, { code, title, detail, next, nothingChanged: error.exit === EXIT.changed ? null : true });
}

function isAllowed(method: string, pathname: string): boolean {
  return CALLS.some((call) => {
    const [ofCall, path = ''] = call.split(' ');
    return ofCall === method && patternOf(path).test(pathname);
  });
}

/** A part between slashes, percent-encoded: never one that leads upwards. */
function patternOf(path: string): RegExp {
  const part = "(?!\\.{1,2}(?:/|$))(?:[\\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+";
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, part)}$`);
}

/** Null without a body, undefined when it is no JSON object. */
function parsed(text: string): object | null | undefined {
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function headerOf(request: Request, name: string): [string, string][] {
  const value = request.headers.get(name);
  return value === null ? [] : [[name, value]];
}
