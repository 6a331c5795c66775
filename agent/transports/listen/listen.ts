import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { changeOf } from '../../engine/contract.ts';
import type { Answer, Engine } from '../../engine/engine.ts';
import { asAgentError } from '../../errors.ts';
import type { Log } from '../../host/log.ts';

/** Where the configurations lie; a configuration's name follows. */
const CONFIGURATIONS_PATH = '/odata-connector/configurations/';

const MERGE_PATCH = 'application/merge-patch+json';
const MOST_BODY = 1024 * 1024;

/** What listening takes. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The bearer token that may read and write every configuration. */
  readonly token: Secret;
  /** By the configuration's name. */
  readonly engines: ReadonlyMap<string, Engine>;
  readonly log: Log;
}

/** A server that listens. */
export interface Listening {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/**
 * Serves the connector's contract on 127.0.0.1. A `PATCH` carries the secret in its body: what forwards to here has to use TLS.
 *
 * @throws {Error} with code `EADDRINUSE` when the port is taken
 */
export async function listen({ port, token, engines, log }: ListenOptions): Promise<Listening> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (incoming, outgoing) => {
    void replyTo(incoming, { token, engines, log })
      .catch((error: unknown): Reply => problem(503, asAgentError(error).message, 'internal'))
      .then((reply) => send(reply, outgoing));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

async function replyTo(
  incoming: IncomingMessage,
  { token, engines, log }: Omit<ListenOptions, 'port'>,
): Promise<Reply> {
  if (!isAuthorized(incoming, token))
    return problem(401, 'The access that was sent is not accepted.', 'unauthorized', { 'www-authenticate': 'Bearer' });
  const name = nameIn(incoming.url ?? '');
  const engine = name === undefined ? undefined : engines.get(name);
  if (!engine || name === undefined) return problem(404, 'There is no such configuration.', 'configuration-unknown');
  try {
    if (incoming.method === 'GET') return representation(await engine.read());
    if (incoming.method === 'PATCH') return await patch(incoming, { engine, log, name });
    return problem(405, 'Only GET and PATCH.', 'method-not-allowed', { allow: 'GET, PATCH' });
  } catch (error) {
    const { status, message, code } = asAgentError(error);
    log[status === 412 ? 'info' : 'error']('refused', {
      configuration: name,
      op: incoming.method,
      status,
      code,
      detail: message,
    });
    return problem(status, message, code);
  }
}

async function patch(
  incoming: IncomingMessage,
  { engine, log, name }: { engine: Engine; log: Log; name: string },
): Promise<Reply> {
  const type = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== MERGE_PATCH)
    return problem(415, `Send ${MERGE_PATCH}.`, 'media-type-unsupported', { 'accept-patch': MERGE_PATCH });
  const ifMatch = incoming.headers['if-match'];
  if (ifMatch === undefined) return problem(428, 'Send If-Match with the ETag as received.', 'if-match-missing');
  const text = await bodyOf(incoming);
  if (text === undefined) return problem(413, 'Send at most 1 MiB.', 'body-too-large', { connection: 'close' });
  const change = changeOf(parseJson(text));
  const answer = await engine.write({ id: randomUUID(), ifMatch, change: () => change });
  log.info('answered', { configuration: name, op: 'PATCH', status: 200, proof: answer.body.proof });
  return representation(answer);
}

/** Undefined when it is too long. It is read to its end all the same: a caller that still sends hears no answer. */
async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MOST_BODY) parts.push(part);
  }
  return length > MOST_BODY ? undefined : Buffer.concat(parts).toString('utf8');
}

function representation({ etag, body }: Answer): Reply {
  return { status: 200, headers: { etag }, body };
}

/** @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) */
function problem(status: number, detail: string, code: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: { status, code, detail },
  };
}

function send({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  outgoing.end(JSON.stringify(body));
}

function isAuthorized({ headers: { authorization = '' } }: IncomingMessage, token: Secret): boolean {
  const [, sent] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
  if (sent === undefined) return false;
  return new Secret(sent).equals(token);
}

function nameIn(url: string): string | undefined {
  const [path = ''] = url.split('?');
  if (!path.startsWith(CONFIGURATIONS_PATH)) return undefined;
  try {
    return decodeURIComponent(path.slice(CONFIGURATIONS_PATH.length));
  } catch {
    return undefined;
  }
}

/** The parser's own message would quote the text, secrets included. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
