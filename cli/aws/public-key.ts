import { awsFailure } from './failure.ts';
import type { Session } from './session.ts';

const NEXT = {
  NotFoundException:
    'The stack makes its own key once a credential names it: deploy first. Name another one, or another deployment, with --key or --prefix.',
  DisabledException: 'Enable the key: aws kms enable-key.',
  KMSInvalidStateException: 'Cancel its deletion: aws kms cancel-key-deletion.',
  UnsupportedOperationException: 'Name an asymmetric key, with the spec ECC_NIST_P256.',
} as const;

/**
 * Reads the public part of a KMS key, by the caller's own right to `kms:GetPublicKey`.
 *
 * @param keyId an ARN, an id or `alias/…`
 * @returns a SubjectPublicKeyInfo in DER
 * @throws {CliError}
 */
export async function readPublicKey(keyId: string, session: Pick<Session, 'kms' | 'keys'>): Promise<Uint8Array> {
  await session.keys();
  const client = await session.kms();
  const { GetPublicKeyCommand } = await import('@aws-sdk/client-kms');
  try {
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    return PublicKey;
  } catch (error) {
    throw awsFailure(error, { to: `read the public part of ${keyId}`, next: NEXT });
  }
}
