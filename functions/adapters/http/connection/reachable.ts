import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { addressIn, isLoopback } from '../../../credential/address/addresses.ts';
import { type Reach, reachOf } from '../../../credential/address/reach.ts';
import { HttpError } from './http-error.ts';

/** Where may be called. */
export interface Reachable {
  /** Host names; `*.example.com` allows every name below it. @default - whatever the caller names */
  readonly allowedHosts?: readonly string[];
  /** Allows the machine itself, also by plain http. Never on AWS. */
  readonly local: boolean;
  /** Allows addresses of private networks. @default false */
  readonly privateTargets?: boolean;
  /** Resolves a name. @default - as the system does */
  readonly lookup?: LookupFunction;
}

/** @throws {HttpError} `not-allowed` for a scheme, a host or a literal address that must not be called */
export function assertAllowed(url: URL, options: Reachable): void {
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

/** Resolves like the system does, and refuses a name whose addresses are not allowed: these are the ones that are connected to. */
export function lookupWithin(options: Reachable): LookupFunction {
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
  { local, privateTargets = false }: Reachable,
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
