import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { failure } from './proxy.ts';

/** Answers a request. @param origin the server's own: `http://127.0.0.1:<port>` */
export type Respond = (request: Request, origin: string) => Promise<Response>;

/** A server on loopback. */
export interface Listening {
  readonly origin: string;
  close(): Promise<void>;
}

/** @throws {Error} with code `EADDRINUSE` when the port is taken */
export async function listen(respond: Respond, port: number): Promise<Listening> {
  let origin = '';
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const response = await toRequest(incoming, origin)
      .then((request) => respond(request, origin))
      .catch(failure);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Larger bodies than the API takes are not read to their end. */
const MOST_BYTES = 2 * 65_536;

async function toRequest(incoming: IncomingMessage, origin: string): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const pairs = Object.entries(headers).map(
    ([name, value]) => [name, [value ?? []].flat().join(', ')] as [string, string],
  );
  return new Request(new URL(url, origin), {
    method,
    headers: pairs,
    body: takesBody(method, headers) ? await buffer(incoming) : null,
  });
}

/** A browser names the length of what the page sends. */
function takesBody(method: string, headers: IncomingHttpHeaders): boolean {
  return !['GET', 'HEAD'].includes(method) && Number(headers['content-length'] ?? Number.NaN) <= MOST_BYTES;
}
