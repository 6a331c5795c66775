import type { Interceptor, Io } from './world.ts';

/** Answers requests of that name in the neighbour's place; a function that throws loses them. */
export function instead(name: RegExp, answer: () => Response, times = Number.POSITIVE_INFINITY): Interceptor {
  return limited(name, times, async () => answer());
}

/** Has requests of that name carried out, and answers as if it had heard nothing. */
export function replyLost(name: RegExp, times = Number.POSITIVE_INFINITY): Interceptor {
  return limited(name, times, async (perform) => {
    await perform();
    return timeout();
  });
}

/** Does something right before requests of that name. */
export function beforeRequest(name: RegExp, act: () => void, times = 1): Interceptor {
  return limited(name, times, async (perform) => {
    act();
    return await perform();
  });
}

/** Does something right after requests of that name. */
export function afterRequest(name: RegExp, act: () => void, times = 1): Interceptor {
  return limited(name, times, async (perform) => {
    const response = await perform();
    act();
    return response;
  });
}

/** Several, of which the first that is about a request stands nearest to the run. */
export function all(...interceptors: Interceptor[]): Interceptor {
  return interceptors.reduceRight((inner, outer) => (io, perform) => outer(io, () => inner(io, perform)));
}

/** No answer within the time-out. */
export function timeout(): never {
  // Not a DOMException: in a test's own realm that is no Error.
  throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
}

/** What Keycloak answers while it starts. */
export function starting(): Response {
  return new Response('Bootstrap in progress. Retry in 1 seconds.', {
    status: 503,
    headers: { 'content-type': 'text/plain', 'retry-after': '1' },
  });
}

function limited(
  name: RegExp,
  times: number,
  act: (perform: () => Promise<Response>) => Promise<Response>,
): Interceptor {
  let left = times;
  return async (io: Io, perform) => {
    if (left === 0 || !name.test(io.name)) return await perform();
    left -= 1;
    return await act(perform);
  };
}
