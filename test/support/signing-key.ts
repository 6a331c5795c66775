import { generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '../../functions/ports/access/signer.ts';

/** A signing key on the curve P-256 that lies in this process. */
export function signingKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const asked: string[] = [];
  const signer: Signer = {
    sign: async (keyId, message) => {
      asked.push(keyId);
      return sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    },
  };
  const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' };
  return { privateKey, publicKey, jwk, signer, asked };
}

/** What makes a client of Keycloak's sign in with keys instead of a secret. */
export function keyedClient(...keys: readonly object[]) {
  return {
    clientAuthenticatorType: 'client-jwt',
    serviceAccountsEnabled: true,
    attributes: {
      'use.jwks.string': 'true',
      'jwks.string': JSON.stringify({ keys }),
      'token.endpoint.auth.signing.alg': 'ES256',
    },
  };
}
