import type { buildConnector } from 'undici';
import connectThrough from 'undici/lib/api/api-connect.js';
import connectorOf from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Secret } from '../../../credential/secret/secret.ts';
import { HttpError } from './http-error.ts';
import { lookupWithin, type Reachable } from './reachable.ts';
import { secureOptions } from './tls.ts';

/** A forward proxy: it makes connections to targets for us (CONNECT), and sees no more of them than TLS. */
export interface ForwardProxy {
  /** `http://` or `https://`, host and port: without a path or user information. */
  readonly url: string;
}

/** What connections through a proxy are made with. */
interface Tunnel extends Reachable {
  readonly proxy: ForwardProxy;
  /** The value of `Proxy-Authorization`. @default - none is sent */
  readonly authorization: Secret | undefined;
  /** TLS with the target, inside the tunnel. */
  readonly secure: object;
  readonly timeoutMs: number;
}

/**
 * Makes connections to targets through a proxy, each in a tunnel of its own, so that the proxy reads nothing. undici's own ProxyAgent
 * does the same, brings SOCKS along, and tells the proxy's status in a sentence only.
 *
 * @returns a connector, and what closes the connections that no tunnel uses
 * @see [RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6)
 */
export function throughProxy(tunnel: Tunnel): { connect: buildConnector.connector; close: () => Promise<void> } {
  const { proxy, authorization, secure, timeoutMs, ...reachable } = tunnel;
  // Whoever deploys names the proxy, and it mostly stands in a private network.
  const lookup = lookupWithin({ ...reachable, privateTargets: true });
  const toProxy = connectorOf({ ...secureOptions(), timeout: timeoutMs, lookup });
  const proxies = new Pool(proxy.url, { connect: named(toProxy, proxy), headersTimeout: timeoutMs });
  const toTarget = connectorOf({ ...secure, timeout: timeoutMs });
  const open = async ({ host = '', protocol, port }: buildConnector.Options) => {
    const { socket, statusCode } = await connectThrough.call(proxies, {
      origin: proxy.url,
      path: port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`,
      headers: { host, ...(authorization !== undefined && { 'proxy-authorization': authorization.reveal() }) },
      // TLS with the proxy is about the proxy's name: undici would take the target's.
      servername: new URL(proxy.url).hostname,
    });
    if (statusCode >= 200 && statusCode < 300) return socket;
    socket.on('error', () => {}).destroy();
    throw refusal(statusCode, host, proxy);
  };
  const connect: buildConnector.connector = (target, callback) => {
    open(target).then(
      (socket) => {
        if (target.protocol === 'https:') toTarget({ ...target, httpSocket: socket as never }, callback);
        else callback(null, socket as never);
      },
      (error: unknown) => callback(ofProxy(error, target.host, proxy), null),
    );
  };
  return { connect, close: () => proxies.close() };
}

/** A connector whose failures are the proxy's: the target's would look the same. */
function named(connect: buildConnector.connector, proxy: ForwardProxy): buildConnector.connector {
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (!error) callback(null, socket as never);
      else callback(error instanceof HttpError ? error : away(proxy, error), null);
    });
}

function away({ url }: ForwardProxy, error: Error): HttpError {
  const { code } = error as { code?: unknown };
  const told = typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? ` (${code})` : '';
  return new HttpError('proxy-unavailable', `The proxy ${new URL(url).host} cannot be reached${told}`);
}

function refusal(status: number, target: string, proxy: ForwardProxy): HttpError {
  const { host } = new URL(proxy.url);
  if (status === 407) {
    const message = `The proxy ${host} asks for other credentials than it was given (HTTP 407)`;
    return new HttpError('proxy-unauthorized', message);
  }
  return new HttpError('proxy-unavailable', `The proxy ${host} makes no connection to ${target} (HTTP ${status})`);
}

function ofProxy(error: unknown, target: string | undefined, { url }: ForwardProxy): HttpError {
  if (error instanceof HttpError) return error;
  const message = `The proxy ${new URL(url).host} broke off before there was a connection to ${target}`;
  return new HttpError('proxy-unavailable', message);
}
