import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '@smithy/types';
import type { Handler } from './serve.ts';

/**
 * A request handler for an AWS SDK client that calls an embedded part directly: the client signs, serialises and parses as it
 * always does, only the socket is missing.
 *
 * @param handler the embedded part
 * @example
 * new SecretsManagerClient({ region, credentials, endpoint: 'http://secrets', requestHandler: inProcess(handler) })
 */
export function inProcess(handler: Handler) {
  return {
    handle: async (request: HttpRequest): Promise<{ response: HttpResponse }> => {
      const response = await handler(toRequest(request));
      const body = Readable.from([Buffer.from(await response.arrayBuffer())]);
      return { response: { statusCode: response.status, headers: Object.fromEntries(response.headers), body } };
    },
  };
}

function toRequest({ protocol, hostname, port, path, query, method, headers, body }: HttpRequest): Request {
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? ''].flat()) url.searchParams.append(name, one);
  }
  return new Request(url, { method, headers, body: method === 'GET' || method === 'HEAD' ? null : body });
}
