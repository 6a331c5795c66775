import { addressIn } from '../../functions/credential/address/addresses.ts';
import { reachOf } from '../../functions/credential/address/reach.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import type { Fault } from '../faults/fault.ts';
import { addressesOf } from './addresses.ts';
import { isOfAnotherOwner } from './public-suffixes.ts';

/** Lambda holds 4 KB of environment for a function: what is left for the hosts beside everything else in it. */
const MAX_HOSTS_LENGTH = 2800;

/** Addresses that the context does not allow, and a list that is too long, or covers hosts of everybody. */
export function hostFaults(
  credentials: readonly Credential[],
  { allowedHosts: allowed, privateTargets }: Pick<Deployment, 'allowedHosts' | 'privateTargets'>,
) {
  const closed = privateTargets ? [] : privateFaults(credentials);
  if (!allowed) return { urls: closed, list: [] };
  const urls: Fault[] = urlsOf(credentials)
    .filter(({ host }) => !allowed.some((pattern) => matches(host, pattern)))
    .map(({ path, host }) => ({ path, message: `the host '${host}' is not among the context's allowedHosts` }));
  return { urls: [...urls, ...closed], list: [...lengthFaults(allowed), ...ownerFaults(credentials, allowed)] };
}

/** Where a name leads, a run sees; what an address is, is known here. */
function privateFaults(credentials: readonly Credential[]): Fault[] {
  return urlsOf(credentials)
    .filter(({ host }) => reachOf(addressIn(host)) === 'private')
    .map(({ path, host }) => ({
      path,
      message: `'${host}' is an address of a private network, which is called with the context's privateTargets only`,
    }));
}

/** A wildcard that reaches a host across a public suffix reaches everybody's: the list tells which suffixes a host has. */
function ownerFaults(credentials: readonly Credential[], allowed: readonly string[]): string[] {
  const hosts = [...new Set(urlsOf(credentials).map(({ host }) => host))];
  return allowed.flatMap((pattern, index) => {
    if (!pattern.startsWith('*.')) return [];
    const across = hosts.find((host) => matches(host, pattern) && isOfAnotherOwner(host, pattern.slice(2)));
    if (across === undefined) return [];
    return [
      `context.allowedHosts[${index}]: covers too much: between it and '${across}' stands a public suffix, below which anybody can have a name; write the exact hosts`,
    ];
  });
}

function lengthFaults(allowed: readonly string[]): string[] {
  const { length } = allowed.join(',');
  if (length <= MAX_HOSTS_LENGTH) return [];
  return [
    `context.allowedHosts: the host names take ${length} characters, and a function's environment holds ${MAX_HOSTS_LENGTH} of them; name domains, for example *.example.com`,
  ];
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function urlsOf(credentials: readonly Credential[]): { path: readonly PropertyKey[]; host: string }[] {
  return credentials.flatMap((credential, index) =>
    addressesOf(credential).map(({ path, url }) => ({
      path: ['credentials', index, ...path],
      host: new URL(url).hostname,
    })),
  );
}
