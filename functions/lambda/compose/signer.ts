import type { Patience } from '../../adapters/aws/throttled.ts';
import type { Signer } from '../../ports/access/signer.ts';
import { clientOptions, requestHandlerOf } from '../surroundings/aws.ts';
import type { Surroundings } from './deployed.ts';

/**
 * A signer for one run.
 *
 * @param tryMs how long one try may take, in milliseconds
 */
export type SignerOf = (patience: Patience, tryMs: () => number) => Signer;

/** Keys in KMS. Its client is loaded and made where a run signs: most deployments sign nothing. */
export function lazySigner({ environment, aws }: Pick<Surroundings, 'environment' | 'aws'>): SignerOf {
  let loaded: Promise<SignerOf> | undefined;
  const load = async (): Promise<SignerOf> => {
    const { kmsClient, kmsSigner } = await import('../../adapters/kms/kms-signer.ts');
    const client = kmsClient({ ...clientOptions(aws, 'kms'), requestHandler: requestHandlerOf(environment.timing) });
    return (patience, tryMs) => kmsSigner(client, { ...patience, tryMs });
  };
  return (patience, tryMs) => ({
    sign: async (keyId, message) => {
      loaded ??= load();
      return await (await loaded)(patience, tryMs).sign(keyId, message);
    },
  });
}
