import * as z from 'zod';
import { reachOf } from './reach.ts';

/** A URL, as far as a person has to write it: scheme, host and port, and the rest. */
const URL_AS_WRITTEN = /^([a-z]+):\/\/([^/?#\\]+)(.*)$/;
/** Labels of letters, digits and hyphens, or an IPv6 address. Others parse, too: `https://x,*.com` has a host. */
const HOST = /^(?!.{254})[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$|^\[[0-9a-f:]+\]$/;
const DEFAULT_PORT: Readonly<Record<string, RegExp>> = { https: /:443$/, http: /:80$/ };

/** Where a URL is read. */
interface Place {
  /** Whether that is one machine, where plain http to itself will do. */
  readonly local: boolean;
}

/**
 * An https URL, or plain http to the machine itself with `local`. It has to be written as it is read, but for the host's case and the
 * default port: what a person sees is what is called. A fault never repeats it, since it may carry a password or a key.
 */
export function httpsUrl({ local }: Place) {
  return z
    .string()
    .max(2048)
    .superRefine((text, issues) => {
      const fault = urlFault(text, local);
      if (fault) issues.addIssue(fault);
    })
    .meta({ pattern: '^https://[^\\s@\\\\]+$' });
}

/** An IAM's token endpoint. */
export function tokenUrl(context: Place) {
  return httpsUrl(context)
    .refine((text) => !text.includes('openid-connect-provider'), {
      error:
        "the legacy IFS token endpoint (openid-connect-provider) is not IFS Cloud's IAM; use https://<system>/auth/realms/<namespace>/protocol/openid-connect/token",
    })
    .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
    .refine((text) => !text.endsWith('/'), 'must not end with a slash')
    .meta({ pattern: '^https://[^\\s@\\\\?#]+[^\\s@\\\\?#/]$' });
}

function urlFault(text: string, local: boolean): string | undefined {
  if (/[\s\p{C}]/u.test(text)) return 'has a blank or a control character in it';
  const [, scheme = '', authority = '', rest = ''] = URL_AS_WRITTEN.exec(text) ?? [];
  if (authority.includes('@')) return 'must not carry user information; if it held a password, renew that';
  const port = DEFAULT_PORT[scheme];
  if (!port || !URL.canParse(text)) return 'is not an https URL; for example https://acme.example.com/path';
  const { href, hostname } = new URL(text);
  if (`${scheme}://${authority.toLowerCase().replace(port, '')}${rest || '/'}` !== href) return NOT_AS_READ;
  if (scheme === 'http' && !(local && isLoopback(hostname))) return 'must use https';
  return hostFault(hostname, local);
}

const NOT_AS_READ =
  "is not written as it is read: no backslash, no '.' or '..' between slashes, a host in ASCII (xn--…), other characters percent-encoded";

function hostFault(hostname: string, local: boolean): string | undefined {
  if (!isHostName(hostname)) return 'has no host name: letters, digits, hyphens and dots only';
  if (isLoopback(hostname)) return local ? undefined : "is the function's own machine, where nothing listens";
  return isNowhere(hostname) ? 'is a link-local address, which is never called' : undefined;
}

/** Whether a text is a host name in lower case, or an address. */
export function isHostName(text: string): boolean {
  return HOST.test(text);
}

/** Whether a host is a link-local address, a cloud's metadata service, or no address at all. */
export function isNowhere(hostname: string): boolean {
  return hostname === 'metadata.google.internal' || reachOf(addressIn(hostname)) === 'nowhere';
}

/** A URL's host without the brackets of IPv6. */
export function addressIn(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Whether a text is a path, with a query or without, that means the same below any host. */
export function isPath(text: string): boolean {
  const host = 'https://host.invalid';
  return text.startsWith('/') && URL.canParse(text, host) && new URL(text, host).href === `${host}${text}`;
}

/** Whether a URL's host is the machine itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** What two spellings of one URL have in common; any other value is itself. */
export function sameAddress(url: unknown): unknown {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).href : url;
}
