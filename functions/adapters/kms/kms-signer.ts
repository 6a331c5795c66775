import { RotationError } from '../../credential/errors.ts';
import type { Signer } from '../../ports/access/signer.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { type Patience, ThrottledError, whileThrottled } from '../aws/throttled.ts';
import type { SignCall } from './sign-call.ts';
import { joseSignature } from './signature.ts';

/** How KMS is asked. */
interface Asking extends Patience {
  /** How long one try may take, in milliseconds; not above 0 where no time is left. */
  readonly tryMs: () => number;
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

/**
 * Asymmetric keys in AWS KMS, which hashes what it signs.
 *
 * @param call sends again what fails, as it likes: a signature changes nothing
 * @see [Sign](https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html)
 */
export function kmsSigner(call: SignCall, { tryMs, ...patience }: Asking): Signer {
  return {
    sign: async (keyId, message) => {
      const input = {
        KeyId: keyId,
        Message: Buffer.from(message),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      } as const;
      const send = async () => {
        if (tryMs() <= 0) throw noTime(keyId);
        return await call(input, tryMs);
      };
      try {
        return joseSignature(await whileThrottled({ what: keyId }, send, patience));
      } catch (error) {
        throw failure(error, keyId);
      }
    },
  };
}

function noTime(keyId: string): RotationError {
  return new RotationError('signer-unavailable', `AWS KMS, ${keyId}: no time is left to ask for a signature`);
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
