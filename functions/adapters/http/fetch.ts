import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Agent from 'undici/lib/dispatcher/agent.js';
import { fetch as undiciFetch } from 'undici/lib/web/fetch/index.js';
import { addressIn, isLoopback } from '../../credential/address/addresses.ts';
import { type Reach, reachOf } from '../../credential/address/reach.ts';

/** What the ports call the world with. A response with any status is a response. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** The part of the web's `RequestInit` that is needed here. */
export interface FetchInit {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A limit of this call alone, in milliseconds. @default - that of the fetch, which it can't exceed */
  readonly timeoutMs?: number;
}

/** There is no response. Only `not-allowed` and `redirect` are certain not to have reached whoever was called for. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: 'timeout' | 'connection' | 'redirect' | 'not-allowed';

  constructor(kind: HttpError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Where may be called, and for how long. */
export interface FetchOptions {
  /** Host names; `*.example.com` allows every name below it. @default - whatever the caller names */
  readonly allowedHosts?: readonly string[];
  /** Allows the machine itself, also by plain http. Never on AWS. */
  readonly local: boolean;
  /** Allows addresses of private networks. @default false */
  readonly privateTargets?: boolean;
  /** Resolves a name. @default - as the system does */
  readonly lookup?: LookupFunction;
  /** For a whole call, answer included. */
  readonly timeoutMs: number;
}

const MAX_RESPONSE_BYTES = 1_048_576;

/**
 * A fetch over undici that calls allowed hosts only, by https, without following redirects, and gives up in time.
 *
 * @param options see {@link FetchOptions}
 * @returns a function that throws {@link HttpError} when there is no response
 */
export function createFetch(options: FetchOptions): Fetch {
  const dispatcher = new Agent({
    connect: { timeout: options.timeoutMs, lookup: lookupWithin(options) },
    maxResponseSize: MAX_RESPONSE_BYTES,
    keepAliveTimeout: 4000,
  });
  return restrictFetch(async (url, { timeoutMs = options.timeoutMs, ...init }) => {
    const signal = AbortSignal.timeout(Math.max(0, Math.min(timeoutMs, options.timeoutMs)));
    // An answer that is packed can be a thousand times larger than what travels.
    const headers = { ...init.headers, 'accept-encoding': 'identity' };
    const response = await undiciFetch(url, { ...init, headers, dispatcher, redirect: 'manual', signal });
    // Read here: an answer that breaks off, or comes too slowly, is none.
    const body = await readBody(response.body ?? [], new URL(url).host);
    // undici frees the connection a turn after the answer: whoever sends at once would wait for a new one.
    await nextTurn();
    return new Response(body.byteLength > 0 ? body : null, {
      status: response.status,
      headers: plain(response.headers),
    });
  }, options);
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

function assertAllowed(url: URL, options: FetchOptions): void {
  const { allowedHosts = [url.hostname], local } = options;
  const plain = url.protocol === 'http:' && local && isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !plain) throw new HttpError('not-allowed', `${url.origin} is not https`);
  const allowed = allowedHosts.some((host) =>
    host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host,
  );
  if (!allowed) throw new HttpError('not-allowed', `${url.hostname} is not among the allowed hosts`);
  const refusal = refusalOf(url.hostname, [addressIn(url.hostname)], options);
  if (refusal) throw refusal;
}

function asHttpError(error: unknown, { host }: URL): HttpError {
  if (error instanceof HttpError) return error;
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (cause instanceof HttpError) return cause;
  const name = String((error as { name?: unknown })?.name ?? '');
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '');
  if (name === 'TimeoutError' || name === 'AbortError' || /TIMEOUT/.test(code)) {
    return new HttpError('timeout', `${host} did not answer in time`);
  }
  const told = /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : '';
  return new HttpError('connection', `${host} cannot be reached${told}`);
}

/** Resolves like the system does, and refuses a name whose addresses are not allowed: these are the ones that are connected to. */
function lookupWithin(options: FetchOptions): LookupFunction {
  const { lookup = dnsLookup } = options;
  return (hostname, lookupOptions, callback) => {
    lookup(hostname, lookupOptions, (error, found, family) => {
      const addresses = [found].flat().map((one) => (typeof one === 'object' ? one.address : one));
      callback(error ?? refusalOf(hostname, addresses, options) ?? null, found, family);
    });
  };
}

/** The error where one of the addresses leads to what must not be called, whatever name it was found by. */
function refusalOf(
  hostname: string,
  addresses: readonly string[],
  { local, privateTargets = false }: FetchOptions,
): HttpError | undefined {
  const isAllowed = { public: true, private: privateTargets, loopback: local, nowhere: false };
  const reach = addresses.map(reachOf).find((one) => !isAllowed[one]);
  return reach && new HttpError('not-allowed', `${hostname} leads to ${PLACES[reach]}`);
}

const PLACES: Readonly<Record<Reach, string>> = {
  public: 'a public address',
  private: 'an address of a private network',
  loopback: "the function's own machine",
  nowhere: 'a link-local or reserved address',
};
