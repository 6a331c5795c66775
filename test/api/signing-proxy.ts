import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';

/** How calls are signed, and for whom. */
export interface SigningOptions {
  /** Where the API answers; no slash at the end. */
  readonly target: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region: string;
  /** Only calls with this `Authorization` are signed; the others go on as they are. */
  readonly token: string;
  readonly onAnswer: (answer: Answer) => void;
}

/** An answer that went through. */
export interface Answer {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly status: number;
  readonly type: string;
  readonly content: Buffer;
}

/** Stands before the API for a client that can't sign (Signature Version 4). */
export interface SigningProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a proxy on loopback. It changes nothing but the signature: neither the path, nor a header, nor a byte of the body. */
export async function startSigningProxy(options: SigningOptions): Promise<SigningProxy> {
  const server = createServer((incoming, outgoing) => {
    // Without an answer the client tells of a broken connection.
    forward(incoming, outgoing, options).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, options: SigningOptions): Promise<void> {
  const { method = '', url = '' } = incoming;
  const answer = await send(incoming, await buffer(incoming), options);
  const { statusCode: status = 0, headers } = answer;
  const content = await buffer(answer);
  outgoing.writeHead(status, headers);
  outgoing.end(content);
  options.onAnswer({ method, url, status, type: headers['content-type'] ?? '', content });
}

async function send(incoming: IncomingMessage, body: Buffer, options: SigningOptions): Promise<IncomingMessage> {
  const { method = 'GET', url = '/', headers } = incoming;
  const { host, connection, ...sent } = headers;
  const target = new URL(options.target);
  const meant = headers.authorization === options.token;
  const signature = meant ? await signatureOf({ method, url, body }, options) : {};
  const { hostname, port } = target;
  const outgoing = request({
    hostname,
    port,
    method,
    path: `${target.pathname.replace(/\/$/, '')}${url}`,
    headers: { ...sent, ...signature, host: target.host },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end(body);
  const [answer] = await answered;
  return answer;
}

/** Signs `host` and `x-amz-date`, which is what a signature has to hold. */
async function signatureOf(
  sent: { method: string; url: string; body: Buffer },
  { target, keys, region }: SigningOptions,
) {
  const { method, url, body } = sent;
  const signer = new AwsV4Signer({
    ...keys,
    method,
    url: `${target}${url}`,
    body: new Uint8Array(body),
    region,
    service: 'execute-api',
  });
  return Object.fromEntries((await signer.sign()).headers);
}
