import * as z from 'zod';
import { RotationError } from '../credential/errors.ts';
import { ID, ID_RULE } from '../credential/settings/parts/parts.ts';
import { readJson } from './body.ts';
import { type ApiEvent, callerOf } from './caller.ts';
import type { Form } from './contract/route.ts';
import { contractOf, type ROUTES, type Route } from './contract/routes.ts';
import { invalid } from './faults.ts';
import type { ApiResponse } from './problem.ts';

/** A request of which every part is what the route takes. */
export interface Call<R extends Route> {
  /** The credential's id; empty where the path names none. */
  readonly id: string;
  /** What stands in the path, as the gateway has decoded it: by name. */
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Part<R, 'query'>;
  readonly headers: Part<R, 'headers'>;
  readonly body: Part<R, 'body'>;
  /** {@link callerOf} */
  readonly caller: string;
}

type Part<R extends Route, Name extends 'query' | 'headers' | 'body'> = (typeof ROUTES)[R] extends {
  readonly [N in Name]: Form<infer Schema>;
}
  ? z.output<Schema>
  : undefined;

/** A route that takes no query. */
const NO_QUERY: Form = { schema: z.strictObject({}), next: 'Leave the query out: this call takes none.' };

/**
 * Reads a request.
 *
 * @returns the call, or the problem to answer with
 * @throws {RotationError} `caller-unknown` when the gateway doesn't say who calls; `credential-unknown` when no credential can have
 *   the path's id
 */
export function readCall<R extends Route>(route: R, event: ApiEvent): { readonly call: Call<R> } | ApiResponse {
  const { query: queryForm = NO_QUERY, headers: headerForm, body: bodyForm } = contractOf(route);
  const caller = callerOf(event);
  if (caller === undefined) throw new RotationError('caller-unknown', 'The gateway does not say who calls');
  const id = route.includes('{id}') ? idOf(event) : '';
  const query = read('The query is', queryOf(event), queryForm);
  if ('statusCode' in query) return query;
  const headers = headerForm ? read('The headers are', event.headers ?? {}, headerForm) : NOTHING;
  if ('statusCode' in headers) return headers;
  const body = bodyForm ? readJson(event, bodyForm) : NOTHING;
  if ('statusCode' in body) return body;
  const parts = { query: query.data, headers: headers.data, body: body.data };
  return { call: { id, path: event.pathParameters ?? {}, caller, ...parts } as Call<R> };
}

const NOTHING: { readonly data: unknown } = { data: undefined };

function read(what: string, sent: unknown, { schema, next }: Form): { readonly data: unknown } | ApiResponse {
  const result = schema.safeParse(sent);
  return result.success ? { data: result.data } : invalid(what, { error: result.error, next });
}

/** A signature may stand in the query: then its members are the gateway's. */
function queryOf({ queryStringParameters = {} }: ApiEvent): Readonly<Record<string, unknown>> {
  const members = Object.entries(queryStringParameters).filter(([name]) => !/^x-amz-/i.test(name));
  return Object.fromEntries(members);
}

/**
 * The credential's id, as the gateway has decoded it. It is not decoded again: IAM has decided about this one.
 *
 * @throws {RotationError} `credential-unknown` when no credential can have it
 */
function idOf({ pathParameters }: ApiEvent): string {
  const id = pathParameters?.id ?? '';
  if (ID.test(id)) return id;
  throw new RotationError('credential-unknown', `No credential can have this id: it ${ID_RULE}`);
}
