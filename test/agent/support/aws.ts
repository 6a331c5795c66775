import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** As much of SQS and Secrets Manager as an agent calls, on loopback. */
export interface FakeAws {
  readonly url: string;
  /** Puts a message on a queue. */
  send(queue: string, body: string): void;
  /** Waits for the next message on a queue. */
  next(queue: string): Promise<string>;
  /** Ends once every message that was received is deleted: an agent deletes after it has answered. */
  emptied(): Promise<void>;
  /** Ends once somebody waits for a message on a queue. */
  polled(queue: string): Promise<void>;
  /** While it is true, every call is answered with 500. */
  down: boolean;
  /** How often a call was answered with 500. */
  readonly refused: number;
  close(): Promise<void>;
}

type Input = Readonly<Record<string, string>>;

/** Starts it. @param secrets values by secret id and version id, a blank in between */
export async function startAws(secrets: Readonly<Record<string, string>>): Promise<FakeAws> {
  const queues = new Map<string, string[]>();
  const undeleted = new Set<string>();
  const watchers = new Set<() => void>();
  const polling = new Set<string>();
  let [down, refused] = [false, 0];
  const notify = () => {
    for (const watcher of [...watchers]) watcher();
  };
  const until = (holds: () => boolean, given?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const watcher = () => {
        if (!holds() && !given?.aborted) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      given?.addEventListener('abort', watcher);
      watcher();
    });
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? [];
    queues.set(name, queue);
    return queue;
  };
  const nameIn = ({ QueueUrl = '' }: Input) => QueueUrl.split('/').at(-1) ?? '';
  const put = (queue: string, body: string) => {
    queueOf(queue).push(body);
    notify();
  };
  const take = async (queue: string, given?: AbortSignal) => {
    polling.add(queue);
    notify();
    await until(() => queueOf(queue).length > 0, given);
    polling.delete(queue);
    return given?.aborted ? undefined : queueOf(queue).shift();
  };

  const calls: Readonly<Record<string, (input: Input, given: AbortSignal) => Promise<object>>> = {
    GetQueueUrl: async ({ QueueName }) => ({ QueueUrl: `${url}/000000000000/${QueueName}` }),
    ReceiveMessage: async (input, given) => {
      const Body = await take(nameIn(input), given);
      if (Body === undefined) return {};
      const ReceiptHandle = randomUUID();
      undeleted.add(ReceiptHandle);
      return { Messages: [{ MessageId: randomUUID(), Body, ReceiptHandle, MD5OfBody: md5(Body) }] };
    },
    SendMessage: async (input) => {
      put(nameIn(input), input.MessageBody ?? '');
      return { MessageId: randomUUID(), MD5OfMessageBody: md5(input.MessageBody ?? '') };
    },
    DeleteMessage: async ({ ReceiptHandle = '' }) => {
      undeleted.delete(ReceiptHandle);
      notify();
      return {};
    },
    GetSecretValue: async ({ SecretId, VersionId }) => ({ SecretString: secrets[`${SecretId} ${VersionId}`] }),
  };
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const input = (await json(incoming)) as Input;
    const call = calls[String(incoming.headers['x-amz-target']).split('.').at(-1) ?? ''];
    if (!down && call) return reply(outgoing, 200, await call(input, gone.signal));
    refused += 1;
    notify();
    return reply(outgoing, 500, { __type: 'InternalFailure' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    send: put,
    next: async (queue) => (await take(queue)) ?? '',
    emptied: () => until(() => undeleted.size === 0),
    polled: (queue) => until(() => polling.has(queue)),
    get down() {
      return down;
    },
    set down(value) {
      down = value;
    },
    get refused() {
      return refused;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function reply(outgoing: ServerResponse, status: number, body: object): void {
  if (outgoing.destroyed) return;
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
