import type { AwsKeys } from '../../../adapters/aws/signer.ts';
import type { Patience } from '../../../adapters/aws/throttled.ts';
import { kmsSigner } from '../../../adapters/kms/kms-signer.ts';
import { signCall } from '../../../adapters/kms/sign-call.ts';
import type { Signer } from '../../../ports/access/signer.ts';
import type { Environment } from '../../surroundings/environment.ts';
import type { Surroundings } from './deployed.ts';

/**
 * A signer for one run.
 *
 * @param tryMs how long one try may take, in milliseconds
 */
export type SignerOf = (patience: Patience, tryMs: () => number) => Signer;

type Deployed = Pick<Environment, 'ROTATE_FUNCTION_ARN' | 'AWS_ENDPOINT_URL_KMS' | 'AWS_ENDPOINT_URL'>;

/**
 * Keys in KMS, in the stack's region.
 *
 * @param credentials sign the calls
 */
export function kmsSigners(
  { environment, aws }: { readonly environment: Deployed; readonly aws: Surroundings['aws'] },
  credentials: () => Promise<AwsKeys>,
): SignerOf {
  const { ROTATE_FUNCTION_ARN, AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL } = environment;
  const [, partition, , region = ''] = ROTATE_FUNCTION_ARN.split(':');
  const endpoint = aws.endpoints?.kms ?? AWS_ENDPOINT_URL_KMS ?? AWS_ENDPOINT_URL;
  const call = signCall({ region, partition, endpoint, credentials });
  return (patience, tryMs) => kmsSigner(call, { ...patience, tryMs });
}
