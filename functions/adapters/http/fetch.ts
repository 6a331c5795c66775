import { setImmediate as nextTurn } from 'node:timers/promises';
import { fetch as undiciFetch } from 'undici/lib/web/fetch/index.js';
import { inClear, type Secret } from '../../credential/secret/secret.ts';
import {
  type ConnectionOptions,
  connections,
  type Equipment,
  type Line,
  MAX_RESPONSE_BYTES,
} from './connection/connections.ts';
import { HttpError } from './connection/http-error.ts';
import { assertAllowed } from './connection/reachable.ts';
import { tlsFault } from './connection/tls-faults.ts';

/** What the ports call the world with. A response with any status is a response. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** The part of the web's `RequestInit` that is needed here. */
export interface FetchInit extends Equipment {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Secret;
  /** A limit of this call alone, in milliseconds. @default - that of the fetch, which it can't exceed */
  readonly timeoutMs?: number;
}

/** Where may be called, how, and for how long. `timeoutMs` is for a whole call, answer included. */
export type FetchOptions = ConnectionOptions;

/**
 * A fetch over undici that calls allowed hosts only, by https, without following redirects, and gives up in time.
 *
 * @param options see {@link FetchOptions}
 * @returns a function that throws {@link HttpError} when there is no response
 */
export function createFetch(options: FetchOptions): Fetch {
  const lineFor = connections(options);
  return restrictFetch(async (url, { timeoutMs = options.timeoutMs, tls, proxyAuthorization, ...init }) => {
    const signal = AbortSignal.timeout(Math.max(0, Math.min(timeoutMs, options.timeoutMs)));
    const line = lineFor({ ...(tls && { tls }), ...(proxyAuthorization !== undefined && { proxyAuthorization }) });
    const { headers: own, ...request } = sentInClear(init);
    // An answer that is packed can be a thousand times larger than what travels.
    const headers = { ...own, 'accept-encoding': 'identity' };
    const { dispatcher } = line;
    try {
      const response = await undiciFetch(url, { ...request, headers, dispatcher, redirect: 'manual', signal });
      // Read here: an answer that breaks off, or comes too slowly, is none.
      const body = await readBody(response.body ?? [], new URL(url).host);
      // undici frees the connection a turn after the answer: whoever sends at once would wait for a new one.
      await nextTurn();
      return new Response(body.byteLength > 0 ? body : null, {
        status: response.status,
        headers: plain(response.headers),
      });
    } catch (error) {
      throw connectionFault(error, { url, line, options }) ?? error;
    }
  }, options);
}

/** What is sent, as it travels: here, and nowhere before, its secrets are opened. */
export function sentInClear({ method, headers = {}, body }: Pick<FetchInit, 'method' | 'headers' | 'body'>) {
  return { method, headers: inClear(headers), ...(body !== undefined && inClear({ body })) };
}

/** The body as it is read: what a server packs although it was asked not to counts unpacked. */
async function readBody(chunks: AsyncIterable<Uint8Array> | [], host: string): Promise<Uint8Array<ArrayBuffer>> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > MAX_RESPONSE_BYTES) throw new HttpError('connection', `${host} answered more than 1 MiB`);
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** The headers of an answer that was unpacked: those about its packing don't hold any more. */
function plain(headers: Iterable<[string, string]>): [string, string][] {
  return [...headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
}

/** The rules of {@link createFetch} around any fetch; its rejections become {@link HttpError}s without their texts. */
export function restrictFetch(fetch: Fetch, options: FetchOptions): Fetch {
  return async (url, init) => {
    const target = new URL(url);
    assertAllowed(target, options);
    const response = await fetch(url, init).catch((error: unknown) => {
      throw asHttpError(error, target);
    });
    if (response.status < 300 || response.status > 399) return response;
    throw new HttpError(
      'redirect',
      `${target.host} answered with a redirect (${response.status}), which is never followed`,
    );
  };
}

/** What a failed call says of TLS: what the connection was made with is known here. */
function connectionFault(
  error: unknown,
  { url, line, options }: { url: string; line: Line; options: FetchOptions },
): HttpError | undefined {
  const { host } = new URL(url);
  const cause = causeOf(error);
  if (cause instanceof HttpError) return cause;
  const { now = () => new Date() } = options;
  return tlsFault(codeOf(cause), { host, identity: line.identity, now: now() });
}

function asHttpError(error: unknown, { host, protocol }: URL): HttpError {
  if (error instanceof HttpError) return error;
  const cause = causeOf(error);
  if (cause instanceof HttpError) return cause;
  const name = String((error as { name?: unknown })?.name ?? '');
  const code = codeOf(cause);
  if (name === 'TimeoutError' || name === 'AbortError' || /TIMEOUT/.test(code)) {
    return new HttpError('timeout', `${host} did not answer in time`);
  }
  const told = /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : '';
  const hint = protocol === 'https:' && HUNG_UP.includes(code) ? HINT : '';
  return new HttpError('connection', `${host} cannot be reached${told}${hint}`);
}

/** The other side ended the connection without a word. */
const HUNG_UP = ['ECONNRESET', 'UND_ERR_SOCKET'];
const HINT = '; a server that misses or refuses a client certificate may hang up like that';

function causeOf(error: unknown): unknown {
  return (error as { cause?: unknown } | undefined)?.cause;
}

function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | undefined)?.code ?? '');
}
