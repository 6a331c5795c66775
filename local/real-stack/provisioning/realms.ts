import { isLoopback } from '../../../functions/credential/address/addresses.ts';
import type { Credential } from '../../../functions/credential/settings/credential.ts';

/** The realm that a credential's client is in. */
export function realmOf({ iam, accessTokenUrl }: Pick<Credential, 'iam' | 'accessTokenUrl'>): string {
  if (iam.type === 'keycloak') return decode(iam.adminUrl.split('/').at(-1) ?? '');
  const [, realm = ''] = /\/realms\/([^/]+)\/protocol\/openid-connect\/token$/.exec(accessTokenUrl) ?? [];
  return decode(realm);
}

/** The realm whose token endpoint this is on the machine itself, whoever stands before it; undefined for any other address. */
export function realmAt(tokenUrl: string): string | undefined {
  const { hostname, pathname } = new URL(tokenUrl);
  const [, realm] = /^\/realms\/([^/]+)\/protocol\/openid-connect\/token$/.exec(pathname) ?? [];
  return realm !== undefined && isLoopback(hostname) ? decode(realm) : undefined;
}

/** Whether a credential's previous secrets can be kept valid. */
export function overlaps({ strategy, tags }: Credential): boolean {
  return strategy === 'dual-secret' || (strategy === 'auto' && tags.overlap !== 'no');
}

/** Whether a rotation would find out by itself that the IAM can overlap, and is not to. */
export function mustNotOverlap(credential: Credential): boolean {
  return credential.strategy === 'auto' && !overlaps(credential);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
