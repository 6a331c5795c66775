import { readFile } from 'node:fs/promises';
import { Agent as HttpsAgent } from 'node:https';
import tls from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
import { UsageError } from '../errors.ts';
import type { Settings } from '../settings/settings.ts';

/** The first version of Node whose connections take a proxy. */
const OLDEST_WITH_PROXY = [24, 5] as const;

/** How the agent gets out of its host. */
export interface Network {
  /** For the AWS SDK. */
  readonly requestHandler: NodeHttpHandler;
  /** For everything else. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Connections through the proxy of the settings, with its certificates beside the usual ones.
 *
 * @throws {UsageError} when the file of certificates can't be read, or this Node knows no proxies
 */
export async function createNetwork({ proxy, ca: path }: Pick<Settings, 'proxy' | 'ca'>): Promise<Network> {
  if (proxy && isBefore(process.versions.node, OLDEST_WITH_PROXY))
    throw new UsageError(
      `proxy: needs Node ${OLDEST_WITH_PROXY.join('.')} or later, and here is ${process.versions.node}.`,
    );
  const ca = path === undefined ? undefined : [...tls.getCACertificates('default'), await certificatesIn(path)];
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    ...(ca && { ca }),
    ...(proxy && { proxyEnv: { HTTPS_PROXY: proxy } }),
  });
  const requestHandler = new NodeHttpHandler({ httpsAgent, connectionTimeout: 10_000, requestTimeout: 60_000 });
  const dispatcher = dispatcherOf(proxy, ca);
  const fetch = (url: string, init: RequestInit) =>
    undiciFetch(url, { ...(init as object), dispatcher, redirect: 'manual' }) as unknown as Promise<Response>;
  return { requestHandler, fetch };
}

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

function dispatcherOf(proxy: string | undefined, ca: string[] | undefined): Dispatcher {
  const trust = ca ? { ca } : {};
  return proxy ? new ProxyAgent({ uri: proxy, requestTls: trust, proxyTls: trust }) : new Agent({ connect: trust });
}

async function certificatesIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError(`ca: ${path} can't be read, or has no certificate in PEM.`);
}
