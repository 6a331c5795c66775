import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A part of the embedded stack: web-standard, so that it can be called in process or over a socket alike. */
export type Handler = (request: Request) => Promise<Response>;

/** A part that listens. */
export interface Server {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/**
 * Serves a handler on loopback.
 *
 * @param handler answers every request; an exception of it becomes a plain 500 without its text
 * @param port 0, the default, takes a free one
 * @throws {Error} with code `EADDRINUSE` when the port is taken
 */
export async function serve(handler: Handler, port = 0): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void respond(handler, incoming, outgoing);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Methods that a `Request` can't have: nothing here takes them. */
const NO_REQUEST: readonly (string | undefined)[] = ['TRACE', 'TRACK', 'CONNECT'];

async function respond(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (NO_REQUEST.includes(incoming.method)) {
    outgoing.writeHead(405, { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' }).end();
    return;
  }
  let response: Response;
  try {
    response = await handler(await toRequest(incoming));
  } catch (error) {
    console.error(`${incoming.method} ${incoming.url?.split('?')[0]}:`, error instanceof Error ? error.message : error);
    response = new Response('internal error', { status: 500 });
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const list = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, one] as [string, string]),
  );
  const body = method === 'GET' || method === 'HEAD' ? null : await buffer(incoming);
  return new Request(`http://${headers.host ?? '127.0.0.1'}${url}`, { method, headers: list, body });
}
