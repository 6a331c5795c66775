import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Authority, Issued } from './certificates.ts';

/** What stands before a server that speaks plain http. */
export interface TlsFront {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Where it leads from now on: to a server on loopback. */
  leadTo(url: string): void;
  /** Whose certificates it has taken, one for each connection. */
  readonly clients: readonly string[];
  close(): Promise<void>;
}

/** Speaks TLS, and takes nobody without a client certificate of an authority. */
export async function tlsFront(server: Issued, clients: Authority): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const taken: string[] = [];
  let port = 0;
  const join = (socket: TLSSocket) => {
    taken.push(String(socket.getPeerCertificate().subject.CN));
    const there = connect(port, '127.0.0.1');
    sockets.add(there);
    socket.pipe(there).pipe(socket);
    socket.on('error', () => there.destroy());
    there.on('error', () => socket.destroy());
  };
  const { certificate: cert, privateKey: key } = server;
  const front = createServer({ cert, key, ca: clients.certificate, requestCert: true, rejectUnauthorized: true }, join);
  front.on('connection', (socket: Socket) => sockets.add(socket));
  front.on('tlsClientError', () => {});
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    url: `https://127.0.0.1:${(front.address() as AddressInfo).port}`,
    leadTo: (url) => {
      port = Number(new URL(url).port);
    },
    clients: taken,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
