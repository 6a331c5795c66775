import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { InvocationResult } from '../lambda/invocation.ts';
import type { Handler } from '../serve.ts';
import type { Authorizer } from './authorizer.ts';
import { eventOf } from './event.ts';

/** Options of {@link httpApiHandler}. */
export interface HttpApiOptions {
  /** As the gateway names them: `GET /credentials/{id}`. */
  readonly routes: readonly string[];
  readonly authorize: Authorizer;
  readonly account: string;
  /** Invokes the function behind all routes. */
  readonly invoke: (event: unknown) => Promise<InvocationResult>;
  /** @default - real time */
  readonly clock?: () => Date;
}

const Answer = z.object({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
});

/**
 * An HTTP API of API Gateway in front of one function: routes, an authorizer and payload format 2.0. Its own answers are the
 * gateway's: 404 without a route, 400 for a path that can't be decoded, what the authorizer refuses with, 500 when the function fails.
 *
 * @see [Access control](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html)
 */
export function httpApiHandler(options: HttpApiOptions): Handler {
  const { routes, authorize, account, invoke, clock = () => new Date() } = options;
  return async (request) => {
    const route = routeOf(routes, request);
    if (!route) return gateway(404, 'Not Found');
    const pathParameters = decoded(route.pathParameters);
    if (!pathParameters) return gateway(400, 'Bad Request');
    const now = clock();
    const body = Buffer.from(await request.arrayBuffer());
    const { routeKey } = route;
    const { allowed: authorizer, refused } = await authorize({ request, body, routeKey, now });
    if (refused) return refused;
    const requestId = randomUUID();
    const routed = { request, body, routeKey, pathParameters, requestId, now, account, authorizer };
    return respond(await invoke(eventOf(routed)));
  };
}

function respond({ payload }: InvocationResult): Response {
  const answer = Answer.safeParse(payload);
  if (!answer.success) return gateway(500, 'Internal Server Error');
  const { statusCode: status, headers, body } = answer.data;
  return new Response(body, { status, headers });
}

function gateway(status: number, message: string): Response {
  return Response.json({ message }, { status });
}

function routeOf(routes: readonly string[], request: Request) {
  const sent = new URL(request.url).pathname.split('/');
  for (const routeKey of routes) {
    const [method = '', path = ''] = routeKey.split(' ');
    const pathParameters = request.method === method ? parametersOf(path.split('/'), sent) : undefined;
    if (pathParameters) return { routeKey, pathParameters };
  }
  return undefined;
}

/** What stands in the place of each `{name}`, or undefined when the path is another one. */
function parametersOf(wanted: readonly string[], sent: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== sent.length) return undefined;
  const pairs = wanted.map((part, index) => ({ part, value: sent[index] ?? '' }));
  const isName = (part: string) => part.startsWith('{');
  if (!pairs.every(({ part, value }) => (isName(part) ? value !== '' : part === value))) return undefined;
  return Object.fromEntries(
    pairs.filter(({ part }) => isName(part)).map(({ part, value }) => [part.slice(1, -1), value]),
  );
}

/** Parameters as the function gets them: decoded, once. Undefined when one can't be. */
function decoded(parameters: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return undefined;
  }
}
