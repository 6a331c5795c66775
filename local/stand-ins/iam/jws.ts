import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

/**
 * Signs claims as a JWS with HS256.
 *
 * @see [RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)
 */
export function signJws(claims: Readonly<Record<string, unknown>>, key: Buffer): string {
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${input}.${mac(input, key).toString('base64url')}`;
}

/** The claims of a JWS that was signed by {@link signJws} with this key, or undefined. */
export function verifyJws(jws: string, key: Buffer): Record<string, unknown> | undefined {
  return verified(jws, (input, signature) => {
    const expected = mac(input, key);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

/**
 * The claims of a JWS that was signed with ES256 by the owner of this key, or undefined.
 *
 * @see [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)
 */
export function verifyEs256(jws: string, key: KeyObject): Record<string, unknown> | undefined {
  return verified(jws, (input, signature) =>
    verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature),
  );
}

function verified(jws: string, check: (input: string, signature: Buffer) => boolean) {
  const [, input, claims, signature] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(jws) ?? [];
  if (input === undefined || claims === undefined || signature === undefined) return undefined;
  if (!check(input, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
}

function mac(input: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(input).digest();
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
