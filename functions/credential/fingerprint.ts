import { createHash } from 'node:crypto';

/** What can be said of a secret without telling it: base64url, without padding, of the SHA-256 over its UTF-8 bytes. */
export function secretFingerprint(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url');
}
