import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Scene } from '../../../local/screenshots/scene.ts';

/** What Secrets Manager holds for a credential. */
export async function storedSecret({ stack }: Scene, id: string): Promise<{ text: Secret; versionId: string }> {
  const SecretId = `${stack.prefix}/${id}`;
  const { SecretString: text = '', VersionId: versionId = '' } = await stack.secretsManager.send(
    new GetSecretValueCommand({ SecretId }),
  );
  return { text: new Secret(text), versionId };
}
