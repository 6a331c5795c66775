import { timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { fingerprintOf } from './configuration.ts';

/** Who may read and write configurations: the holder of a bearer token, or of a user name with its password. */
export const AccessSettings = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), token: z.string().min(1) }),
  z.strictObject({ type: z.literal('basic'), username: z.string().min(1), password: z.string() }),
]);

export type AccessSettings = z.infer<typeof AccessSettings>;

/** Names the caller that an Authorization header proves, or answers undefined: then the call is refused. */
export type Access = (authorization: string | null) => string | undefined | Promise<string | undefined>;

/**
 * Accepts a bearer token.
 *
 * @see [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
 */
export function bearerAccess(token: string): Access {
  return (authorization) => (same(credentialsOf('bearer', authorization), token) ? 'bearer' : undefined);
}

/**
 * Accepts a user name with its password.
 *
 * @see [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)
 */
function basicAccess(username: string, password: string): Access {
  const expected = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  return (authorization) => (same(credentialsOf('basic', authorization), expected) ? `basic ${username}` : undefined);
}

/** Accepts what the settings say. */
export function accessOf(settings: AccessSettings): Access {
  return settings.type === 'bearer' ? bearerAccess(settings.token) : basicAccess(settings.username, settings.password);
}

/** What follows the scheme, which is compared without regard to case. */
function credentialsOf(scheme: string, authorization: string | null): string | undefined {
  const [, name, credentials] = /^(\S+) +(\S+)$/.exec(authorization ?? '') ?? [];
  return name?.toLowerCase() === scheme ? credentials : undefined;
}

/** Compares digests, so that the time it takes tells nothing of the text. */
function same(actual: string | undefined, expected: string): boolean {
  if (actual === undefined) return false;
  return timingSafeEqual(Buffer.from(fingerprintOf(actual)), Buffer.from(fingerprintOf(expected)));
}
