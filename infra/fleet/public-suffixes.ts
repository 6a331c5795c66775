import { getDomain, getPublicSuffix } from 'tldts';

/** The list's private part too: `github.io` is one company's domain, and everybody's below it. */
const WHOLE_LIST = { allowPrivateDomains: true };

/**
 * Whether a domain belongs to one owner, and with it the names below it: it is no public suffix, and no part of an address.
 *
 * @param name a domain in lower case
 * @see [Public Suffix List](https://publicsuffix.org)
 */
export function hasOneOwner(name: string): boolean {
  return /\.[a-z][a-z0-9-]*$/.test(name) && getPublicSuffix(name, WHOLE_LIST) !== name;
}

/**
 * Whether a public suffix stands somewhere between a domain and a host below it: `*.amazonaws.com` covers the buckets of the world.
 *
 * @param name a domain in lower case
 */
export function isOfAnotherOwner(host: string, name: string): boolean {
  return getDomain(host, WHOLE_LIST)?.endsWith(`.${name}`) ?? false;
}
