import type { Handler } from '../serve.ts';
import type { Access } from './access.ts';
import type { ConnectorEngine, PatchResult } from './engine.ts';
import { isObject } from './merge-patch.ts';

/** Where the configurations lie; a configuration's name follows. */
export const CONFIGURATIONS_PATH = '/odata-connector/configurations/';

const MERGE_PATCH = 'application/merge-patch+json';

/** How a connector answers. */
export interface ConnectorHandlerOptions {
  readonly access: Access;
  /** What a PATCH answers: 200 with the configuration, or 204 without. @default 200 */
  readonly patchStatus?: 200 | 204;
}

/**
 * Serves the configurations of an OData connector: `GET` and `PATCH` of `/odata-connector/configurations/<name>`.
 *
 * @param engine holds the configurations
 */
export function connectorHandler(
  engine: ConnectorEngine,
  { access, patchStatus = 200 }: ConnectorHandlerOptions,
): Handler {
  return async (request) => {
    const by = await access(request.headers.get('authorization'));
    if (by === undefined)
      return problem(401, 'the access that was sent is not accepted', { 'www-authenticate': 'Bearer, Basic' });
    const name = nameIn(request.url);
    if (name === undefined || !engine.read(name)) return problem(404, 'there is no such configuration');
    if (request.method === 'GET') return representation(engine, name);
    if (request.method !== 'PATCH') return problem(405, 'only GET and PATCH', { allow: 'GET, PATCH' });
    return patch(engine, name, { request, by, patchStatus });
  };
}

interface PatchCall {
  readonly request: Request;
  readonly by: string;
  readonly patchStatus: 200 | 204;
}

async function patch(
  engine: ConnectorEngine,
  name: string,
  { request, by, patchStatus }: PatchCall,
): Promise<Response> {
  const ifMatch = request.headers.get('if-match');
  if (mediaTypeOf(request) !== MERGE_PATCH) return problem(415, `send ${MERGE_PATCH}`, { 'accept-patch': MERGE_PATCH });
  if (ifMatch === null) return problem(428, 'send If-Match with the ETag as received');
  const body = parseJson(await request.text());
  if (!isObject(body)) return problem(400, 'the body is not a JSON object');
  const result = engine.patch(name, body, { matches: (etag) => matches(ifMatch, etag), by });
  if (result.kind !== 'written') return refusal(result);
  return patchStatus === 200
    ? representation(engine, name)
    : new Response(null, { status: 204, headers: { etag: result.etag } });
}

function refusal(result: Exclude<PatchResult, { kind: 'written' }>): Response {
  if (result.kind === 'not-found') return problem(404, 'there is no such configuration');
  if (result.kind === 'precondition-failed') return problem(412, 'the configuration has changed: read it again');
  return problem(400, `the result would not be a configuration: ${result.faults.join('; ')}`);
}

function representation(engine: ConnectorEngine, name: string): Response {
  const found = engine.read(name);
  if (!found) return problem(404, 'there is no such configuration');
  return Response.json(found.view, { headers: { etag: found.etag, 'cache-control': 'no-store' } });
}

/**
 * An error answer.
 *
 * @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)
 */
export function problem(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ status, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** The text parsed, or undefined when it isn't JSON: the parser's own message would quote it, secrets included. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameIn(url: string): string | undefined {
  const { pathname } = new URL(url);
  if (!pathname.startsWith(CONFIGURATIONS_PATH)) return undefined;
  try {
    return decodeURIComponent(pathname.slice(CONFIGURATIONS_PATH.length));
  } catch {
    return undefined;
  }
}

function mediaTypeOf(request: Request): string | undefined {
  return request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}

/** The strong comparison of RFC 9110 §13.1.1: a weak tag never matches. */
function matches(ifMatch: string, etag: string): boolean {
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag);
}
