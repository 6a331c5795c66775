import type { Handler } from '../serve.ts';
import { LambdaFault } from './errors.ts';
import type { LambdaHost } from './host.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const ARN = /^arn:aws[^:]*:lambda:[^:]*:\d{12}:function:([^:]+)/;

/**
 * Speaks Lambda's Invoke API for a host: `RequestResponse`, `Event` and `DryRun`. Signatures are not checked.
 *
 * @see [Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)
 */
export function lambdaHandler(host: LambdaHost): Handler {
  return async (request) => {
    try {
      return await invoke(host, request);
    } catch (error) {
      if (!(error instanceof LambdaFault)) throw error;
      const headers = { 'x-amzn-errortype': error.type };
      return Response.json({ Type: 'User', Message: error.message }, { status: error.status, headers });
    }
  };
}

async function invoke(host: LambdaHost, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, encoded] = INVOKE.exec(pathname) ?? [];
  if (encoded === undefined || request.method !== 'POST') {
    throw new LambdaFault('UnknownOperationException', `The call ${request.method} ${pathname} is not available here.`);
  }
  const name = nameIn(decodeURIComponent(encoded));
  const type = request.headers.get('x-amz-invocation-type') ?? 'RequestResponse';
  const event = await eventOf(request);
  switch (type) {
    case 'Event':
      host.accept(name, event);
      return new Response(null, { status: 202 });
    case 'DryRun':
      host.arnOf(name);
      return new Response(null, { status: 204 });
    case 'RequestResponse':
      return await answer(host, name, event);
    default:
      throw new LambdaFault('InvalidParameterValueException', `The invocation type '${type}' is not available here.`);
  }
}

async function answer(host: LambdaHost, name: string, event: unknown): Promise<Response> {
  const { error, payload } = await host.invoke(name, event);
  const headers = { 'x-amz-executed-version': '$LATEST', ...(error && { 'x-amz-function-error': 'Unhandled' }) };
  return Response.json(error ?? payload, { headers });
}

/** The function's name, which may be sent as its whole ARN. */
function nameIn(text: string): string {
  return ARN.exec(text)?.[1] ?? text;
}

async function eventOf(request: Request): Promise<unknown> {
  try {
    return JSON.parse((await request.text()) || '{}');
  } catch {
    throw new LambdaFault('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}
