import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { failed } from '../errors.ts';

/** The public part of the rotator's signing key, as an IAM takes it. */
export interface SigningJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
  /** The key's own thumbprint. */
  readonly kid: string;
}

/**
 * The JWK Set of a signing key: what Keycloak's *Keys* of the rotator's client take. Nothing in it is secret.
 *
 * @param der a SubjectPublicKeyInfo, as KMS gives it
 * @throws {CliError} when the key is not on the curve P-256
 * @see [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5), [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)
 */
export async function jwkSetOf(der: Uint8Array): Promise<{ readonly keys: readonly [SigningJwk] }> {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  const { kty, crv, x = '', y = '' } = key.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256') {
    throw failed({
      what: 'The key is not on the curve P-256, and signs nothing that the rotator needs',
      next: 'Name a key with the spec ECC_NIST_P256 and the usage SIGN_VERIFY.',
    });
  }
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return { keys: [{ kty, crv, x, y, use: 'sig', alg: 'ES256', kid }] };
}
