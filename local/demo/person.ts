import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { parseDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { EmbeddedStack } from '../embedded-stack/stack.ts';
import { CLIENT_ID, CONNECTOR_NAME } from './fleet/customers.ts';
import { secretInIam } from './fleet/onboarding.ts';
import { configurationOf } from './fleet/settings.ts';
import { acknowledge } from './operator.ts';
import type { Site } from './site.ts';

/** Refreshes the client's secret in the IAM, as a person does on its admin page: the one before ends at once. */
export function refreshSecret({ iam }: EmbeddedStack, { customer: { realm }, watch }: Site): void {
  const client = iam.findClient(realm, CLIENT_ID);
  if (!client) throw new Error(`The realm ${realm} has no client ${CLIENT_ID}`);
  iam.regenerateSecret(realm, client.id);
  watch.look();
}

/** Puts the secret that the IAM shows into the credential's inbox. */
export async function submitSecret(stack: EmbeddedStack, { customer }: Site): Promise<void> {
  const SecretId = `${stack.prefix}-inbox/${customer.id}`;
  const SecretString = secretInIam(stack, customer);
  await stack.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

/** Reads the current version, and enters it in the connector. @returns the version's id */
export async function enterSecret(stack: EmbeddedStack, { credential, watch }: Site): Promise<string> {
  const SecretId = `${stack.prefix}/${credential.id}`;
  const { SecretString = '', VersionId = '' } = await stack.secretsManager.send(
    new GetSecretValueCommand({ SecretId }),
  );
  const { clientSecret } = parseDocument(new Secret(SecretString));
  stack.connector.configure(credential.id, configurationOf(credential, clientSecret.reveal()));
  watch.look();
  return VersionId;
}

/** Says that the connector has a version. */
export async function acknowledgeEntry({ apiUrl }: EmbeddedStack, { credential }: Site, versionId: string) {
  await acknowledge(apiUrl, { id: credential.id, connector: CONNECTOR_NAME, versionId });
}
