import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Written } from '../scan.ts';

/** Stands between agents and SQS, and keeps every text that goes by: a message that was received and deleted is nowhere else. */
export interface Recorder {
  readonly url: string;
  /** All that went by so far, in both directions. */
  written(): Written[];
  close(): Promise<void>;
}

/** Starts a recorder on loopback. @param target the origin of SQS */
export async function startRecorder(target: string): Promise<Recorder> {
  const texts: string[] = [];
  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const asked = await buffer(incoming);
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', target), { method, headers, agent: false });
    // A poll of a process that is gone takes no message.
    outgoing.once('close', () => onward.destroy());
    onward.end(asked);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const answered = (await buffer(answer)).toString();
    texts.push(asked.toString(), answered);
    const { 'content-length': _, 'transfer-encoding': __, ...kept } = answer.headers;
    // Clients call a queue where its URL says that it is.
    outgoing.writeHead(answer.statusCode ?? 502, kept).end(answered.replaceAll(new URL(target).host, host));
  };
  return {
    url: `http://${host}`,
    written: () => texts.map((text) => ({ where: 'call of a queue', text })),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
