import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Credential, KeycloakSettings } from '../../../functions/credential/settings/credential.ts';
import type { KeycloakAdmin } from '../keycloak/admin.ts';
import { realmOf } from './realms.ts';

/** Where keys are, and where they are made known. */
interface SignersDeps {
  readonly keycloak: KeycloakAdmin;
  readonly kms: KMSClient;
}

/**
 * Lets the rotators of these credentials sign in with the keys that their settings name, and no longer with a secret. The stack makes
 * its key as it is deployed, so this comes after.
 *
 * @throws {Error} when Keycloak or KMS refuses something
 */
export async function registerSigners(credentials: readonly Credential[], deps: SignersDeps): Promise<void> {
  for (const credential of credentials) {
    const { iam } = credential;
    if (iam.type === 'keycloak' && 'kmsKeyId' in iam.auth) await register(realmOf(credential), iam.auth, deps);
  }
}

type Keyed = Extract<KeycloakSettings['auth'], { kmsKeyId: string }>;

async function register(realm: string, { clientId, kmsKeyId }: Keyed, { keycloak, kms }: SignersDeps): Promise<void> {
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: kmsKeyId }));
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const jwk = { ...key.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' };
  const [rotator] = await keycloak.api.clients.find({ realm, clientId });
  await keycloak.updateClient(realm, rotator?.id ?? '', {
    clientAuthenticatorType: 'client-jwt',
    serviceAccountsEnabled: true,
    attributes: {
      'use.jwks.string': 'true',
      'jwks.string': JSON.stringify({ keys: [jwk] }),
      'token.endpoint.auth.signing.alg': 'ES256',
    },
  });
}
