import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** How a distance is covered. */
interface DistanceOptions {
  readonly roundTripMs: number;
  readonly certificate: Certificate;
  /** Hears of each connection that is opened. */
  readonly onConnection: () => void;
}

/** A part that is far away, over TLS. */
interface Distant {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Puts a server at a distance, behind TLS with HTTP/1.1. Everything that is sent arrives half a round trip later, and a connection takes
 * a round trip before anything can be sent, as with TCP; the handshakes of TLS take theirs since they are sent.
 *
 * @param url of the server, without TLS
 */
export async function putAtDistance(url: string, options: DistanceOptions): Promise<Distant> {
  const { roundTripMs, certificate, onConnection } = options;
  const { port } = new URL(url);
  const secured = await listening(
    createTlsServer({ ...certificate, noDelay: true }, (socket) => join(socket, connect(Number(port), '127.0.0.1'))),
  );
  const far = await listening(
    createServer({ noDelay: true }, (socket) => {
      onConnection();
      const there = connect(portOf(secured), '127.0.0.1');
      delayed(socket, there, { byMs: roundTripMs / 2, notBefore: performance.now() + roundTripMs * 1.5 });
      delayed(there, socket, { byMs: roundTripMs / 2, notBefore: 0 });
    }),
  );
  const close = async () => {
    far.server.close();
    secured.server.close();
    for (const socket of [...far.sockets, ...secured.sockets]) socket.destroy();
  };
  return { url: `https://127.0.0.1:${portOf(far)}`, close };
}

interface Listening {
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, sockets };
}

function portOf({ server }: Listening): number {
  return (server.address() as AddressInfo).port;
}

function join(one: Socket, other: Socket): void {
  delayed(one, other, { byMs: 0, notBefore: 0 });
  delayed(other, one, { byMs: 0, notBefore: 0 });
}

/** Hands on what comes, later and in order. */
function delayed(from: Socket, to: Socket, { byMs, notBefore }: { byMs: number; notBefore: number }): void {
  const waiting: (() => void)[] = [];
  // Timers are no finer than a millisecond: whichever fires first does what came first.
  const next = () => waiting.shift()?.();
  const later = (act: () => void) => {
    waiting.push(act);
    const ms = Math.max(byMs, notBefore - performance.now());
    if (ms > 0) setTimeout(next, ms);
    else next();
  };
  to.setNoDelay(true);
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('close', () => later(() => to.destroy()));
  from.on('error', () => to.destroy());
}
