import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A forward proxy on loopback. */
export interface ForwardProxy {
  readonly url: string;
  /** What it was asked to connect to, and by whom. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

/** How it behaves. */
interface ForwardProxyOptions {
  /** The one value of `Proxy-Authorization` that it takes. @default - it takes everybody */
  readonly authorization?: () => string;
  /** Answers instead of connecting. @default - it connects */
  readonly status?: number;
  /** Takes connections, and never answers. @default false */
  readonly silent?: boolean;
  /** Takes connections, and ends them. @default false */
  readonly breaksOff?: boolean;
  /** Where a target is. @default - where its name says */
  readonly resolve?: (target: string) => { host: string; port: number };
}

/** Starts a proxy that makes tunnels (CONNECT), and reads nothing of what passes. */
export async function startForwardProxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const { authorization, status, silent = false, breaksOff = false, resolve = placeOf } = options;
  const asked: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const { url: target = '', headers } = request;
    asked.push({ target, authorization: headers['proxy-authorization'] });
    socket.on('error', () => {});
    if (silent) return;
    if (breaksOff) {
      socket.destroy();
      return;
    }
    const refusal = authorization && headers['proxy-authorization'] !== authorization() ? 407 : status;
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nproxy-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const there = connect(resolve(target), () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    sockets.add(there);
    there.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function placeOf(target: string): { host: string; port: number } {
  const { hostname, port } = new URL(`tcp://${target}`);
  return { host: hostname, port: Number(port) };
}
