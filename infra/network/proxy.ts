import { isIP } from 'node:net';
import * as z from 'zod';
import { addressIn, isHostName, isLoopback, isNowhere } from '../../functions/credential/address/addresses.ts';

/** Context `proxy`: what stands between the functions and every target. */
export const ProxySettings = z.preprocess(
  (value) => (typeof value === 'string' ? { url: value } : value),
  z.strictObject({
    url: z.string(),
    /** The access secret with the user that the proxy asks for. */
    secretId: z.string().optional(),
  }),
);

export type ProxySettings = z.infer<typeof ProxySettings>;

/** What is wrong with a proxy in a deployment: one line a fault. */
export function proxyFaults(
  { url, secretId }: ProxySettings,
  { prefix, local }: { readonly prefix: string; readonly local: boolean },
): string[] {
  const fault = proxyUrlFault(url, local);
  const expected = `${prefix}-access/proxy`;
  return [
    ...(fault ? [`context.proxy.url: ${fault}`] : []),
    ...(secretId === undefined || secretId === expected ? [] : [`context.proxy.secretId: must be ${expected}`]),
  ];
}

/** Never repeats the URL: it may carry a password. */
function proxyUrlFault(text: string, local: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'is not a proxy; for example http://proxy.example.com:3128';
  if (url.username !== '' || url.password !== '')
    return 'must not carry user information: renew that password, and put it into the access secret that secretId names';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'has more than scheme, host and port';
  if (!isHostName(url.hostname)) return 'has no host name: letters, digits, hyphens and dots only';
  if (url.protocol === 'https:' && isIP(addressIn(url.hostname)) !== 0)
    return 'has to be called by its name with https: that is what its certificate is about';
  if (isLoopback(url.hostname) && !local) return "is the function's own machine, where nothing listens";
  if (isNowhere(addressIn(url.hostname))) return 'is a link-local address, which is never called';
  return undefined;
}
