import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { failed } from '../errors.ts';

/** A public key for ES256. Private members are refused by name, before this. */
const PublicKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().min(1),
  y: z.string().min(1),
  kid: z.string().min(1).optional(),
  alg: z.literal('ES256').default('ES256'),
  use: z.literal('sig').default('sig'),
});

const KeySet = z.object({ keys: z.array(PublicKey).min(1) });

/**
 * Reads the rotator's public keys from a file: a JWK Set, or one JWK.
 *
 * @returns a JWK Set as text
 * @throws {CliError} when it is none, when a key is not one for ES256, or when a private key is in it
 * @see [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)
 */
export function readKeys(path: string): string {
  const value = contentOf(path);
  const set = isObject(value) && 'keys' in value ? value : { keys: [value] };
  const list = Array.isArray(set.keys) ? set.keys : [];
  if (list.some((key) => isObject(key) && ('d' in key || 'k' in key)))
    throw failed({
      what: `${path} holds a private key`,
      state: 'nothing was sent',
      next: 'Give the public key alone, and take the private one for known: make another pair.',
    });
  const result = KeySet.safeParse(set);
  if (result.success) return JSON.stringify(result.data);
  throw failed({
    what: `${path} is no JWK Set of public keys for ES256 (kty EC, crv P-256, x, y)`,
    next: 'Give the public key of an ECC_NIST_P256 key as JWK.',
  });
}

function contentOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    throw failed({ what: `The file ${path} can't be read`, code, next: 'Name a file with the public JWK Set.' });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
