import { isLoopback } from '../../functions/credential/address/addresses.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';

/** The only port of the machine itself that the fleet's `iam.adminUrl`s name; undefined where there are several or none. */
export function keycloakPortOf(credentials: readonly Credential[]): number | undefined {
  const urls = credentials
    .flatMap(({ iam }) => adminUrlOf(iam))
    .map((url) => new URL(url))
    .filter(isHere);
  const ports = new Set(urls.map(({ port }) => Number(port || 80)));
  return ports.size === 1 ? [...ports][0] : undefined;
}

/** What the addresses of a fleet need. */
export interface AddressCheck {
  /** Where Keycloak will listen. */
  readonly port: number;
  /** Whether the caller makes everything that the fleet needs. */
  readonly bare: boolean;
}

/** Addresses that can't work with the Keycloak of the stack, one line each. */
export function addressFaults(credentials: readonly Credential[], { port, bare }: AddressCheck): string[] {
  return credentials.flatMap((credential, index) => {
    const lines = iamAddressesOf(credential).flatMap(([key, text]) => {
      const url = new URL(text);
      if (isKeycloak(url, port)) return pathFault(url, port).map((fault) => `${key}: ${fault}`);
      return [];
    });
    for (const { hostname } of adminUrlOf(credential.iam).map((url) => new URL(url))) {
      if (bare || isLoopback(hostname)) continue;
      lines.push(`iam.adminUrl: '${hostname}' is not this machine, and Keycloak listens on 127.0.0.1 only`);
    }
    return lines.map((line) => `credentials[${index}].${line}`);
  });
}

/** Addresses that are somebody else's, yet may well lead to the Keycloak of the stack. One line each. */
export function addressWarnings(credentials: readonly Credential[], port: number): string[] {
  return credentials.flatMap((credential, index) =>
    iamAddressesOf(credential).flatMap(([key, text]) =>
      isKeycloak(new URL(text), port)
        ? []
        : [
            `credentials[${index}].${key}: not where this Keycloak listens (http://127.0.0.1:${port}); used as it stands`,
          ],
    ),
  );
}

function iamAddressesOf({ accessTokenUrl, iam }: Credential): [string, string][] {
  const rotators = iam.type === 'keycloak' ? iam.auth.accessTokenUrl : undefined;
  return [
    ['accessTokenUrl', accessTokenUrl],
    ...adminUrlOf(iam).map((url): [string, string] => ['iam.adminUrl', url]),
    ...(rotators === undefined ? [] : [['iam.auth.accessTokenUrl', rotators] as [string, string]]),
  ];
}

/** Where the IAM is administered, if not by a person. */
function adminUrlOf(iam: Credential['iam']): string[] {
  return iam.type === 'keycloak' ? [iam.adminUrl] : [];
}

function pathFault({ pathname }: URL, port: number): string[] {
  if (/^\/(admin\/)?realms\//.test(pathname)) return [];
  const [, prefix] = /^(.*?)\/(admin\/)?realms\//.exec(pathname) ?? [];
  const origin = `http://127.0.0.1:${port}`;
  if (prefix === undefined)
    return [`this Keycloak has no path '${pathname}'; its realms are at ${origin}/realms/<realm>`];
  return [`this Keycloak has no path '${prefix}'; write ${origin}${pathname.slice(prefix.length)}`];
}

function isHere({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost');
}

function isKeycloak(url: URL, port: number): boolean {
  return isHere(url) && Number(url.port || 80) === port;
}
