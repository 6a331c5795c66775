import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PIN_TAG } from '../../credential/events/pin.ts';
import type { Pin } from '../event-bridge-schedules/pinned.ts';
import { overviewOf, storeFailure } from './store.ts';

/**
 * Reads what the stack wrote to credentials' secrets: the digests of their settings.
 *
 * @returns by a credential's id; without a digest where its secret has none
 * @throws {RotationError} `secret-*` when there is no such secret, or it can't be asked
 */
export function secretsManagerPins(client: SecretsManagerClient, prefix: string): (id: string) => Promise<Pin> {
  return async (id) => {
    const secretId = `${prefix}/${id}`;
    try {
      const secret = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
      return { digest: secret.Tags?.find(({ Key }) => Key === PIN_TAG)?.Value, overview: overviewOf(secret) };
    } catch (error) {
      throw storeFailure(error, secretId);
    }
  };
}
