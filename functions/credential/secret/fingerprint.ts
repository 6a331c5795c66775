import { createHash } from 'node:crypto';
import type { Secret } from './secret.ts';

/** What can be said of a secret without telling it: base64url, without padding, of the SHA-256 over its UTF-8 bytes. */
export function secretFingerprint(secret: Secret): string {
  return createHash('sha256').update(secret.reveal(), 'utf8').digest('base64url');
}
