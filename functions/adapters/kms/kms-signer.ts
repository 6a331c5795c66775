import { KMSClient, type KMSClientConfig, SignCommand } from '@aws-sdk/client-kms';
import { RotationError } from '../../credential/errors.ts';
import type { Signer } from '../../ports/access/signer.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { bearThrottling, type Patience, ThrottledError } from '../aws/throttled.ts';
import { joseSignature } from './signature.ts';

/** How KMS is asked. */
interface Asking extends Patience {
  /** How long one try may take, in milliseconds; not above 0 where no time is left. @default - as the client was told */
  readonly tryMs?: (() => number) | undefined;
}

/** What is wrong with a key, by the name of KMS's error. Any other error says nothing of the key. */
const FAULTS: Readonly<Record<string, string>> = {
  NotFoundException: 'there is no such key here',
  InvalidArnException: 'there is no such key here',
  DisabledException: 'the key is disabled',
  KMSInvalidStateException: 'the key is to be deleted, or is not ready',
  InvalidKeyUsageException: 'the key is not of the type ECC_NIST_P256 for SIGN_VERIFY',
  UnsupportedOperationException: 'the key is not of the type ECC_NIST_P256 for SIGN_VERIFY',
  ValidationException: 'the key, or what is to be signed, is not as KMS takes it',
  AccessDeniedException: 'the function may not sign with the key, or the key lies in another account',
};

/** A client of KMS, for whoever loads this file alone. */
export function kmsClient(config: KMSClientConfig): KMSClient {
  return new KMSClient(config);
}

/**
 * Asymmetric keys in AWS KMS, which hashes what it signs.
 *
 * @param client its retries are safe: a signature changes nothing
 * @see [Sign](https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html)
 */
export function kmsSigner(client: Pick<KMSClient, 'send'>, { tryMs, ...patience }: Asking = {}): Signer {
  return {
    sign: async (keyId, message) => {
      const command = new SignCommand({
        KeyId: keyId,
        Message: Buffer.from(message),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      const send = () => client.send(command, timeoutOf(keyId, tryMs));
      try {
        const { Signature } = await bearThrottling({ what: keyId, command }, send, patience);
        return joseSignature(Signature ?? new Uint8Array());
      } catch (error) {
        throw failure(error, keyId);
      }
    },
  };
}

/** @throws {RotationError} `signer-unavailable` when no time is left */
function timeoutOf(keyId: string, tryMs: (() => number) | undefined): { requestTimeout?: number } {
  if (tryMs === undefined) return {};
  const requestTimeout = tryMs();
  if (requestTimeout > 0) return { requestTimeout };
  throw new RotationError('signer-unavailable', `AWS KMS, ${keyId}: no time is left to ask for a signature`);
}

function failure(error: unknown, keyId: string): RotationError {
  if (error instanceof RotationError) return error;
  if (error instanceof ThrottledError)
    return new RotationError('signer-throttled', `AWS KMS, ${keyId}: too many calls`);
  const name = awsErrorName(error);
  const fault = FAULTS[name];
  if (fault !== undefined) return new RotationError('signer-unusable', `AWS KMS, ${keyId}: ${fault} (${name})`);
  return new RotationError('signer-unavailable', `AWS KMS, ${keyId}: ${name}`);
}
