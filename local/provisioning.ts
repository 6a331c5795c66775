import { randomBytes } from 'node:crypto';
import { CreateSecretCommand, PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../functions/rotation/settings.ts';
import type { KeycloakAdmin } from './keycloak-admin.ts';

/** What a credential needs before it can be rotated, as it was made. */
export interface Provisioned {
  readonly realm: string;
  /** Keycloak's id of the client. */
  readonly uuid: string;
  /** The secret that the client has and nobody else knows yet. */
  readonly clientSecret: string;
}

/**
 * Makes, for one credential, everything that a customer would: the realm, its client with a random secret and a service account,
 * the rotator with the least rights, and the access secrets. The realm can overlap unless the strategy is `in-place` or the tag
 * `overlap` is `no`.
 *
 * @param credential its `iam.adminUrl` names the realm
 */
export async function provision(
  credential: Credential,
  { keycloak, secretsManager }: { keycloak: KeycloakAdmin; secretsManager: SecretsManagerClient },
): Promise<Provisioned> {
  const realm = decodeURIComponent(credential.iam.adminUrl.split('/').at(-1) ?? '');
  await keycloak.createRealm(realm);
  const client = await keycloak.createClient(realm, { clientId: [credential.clientId].flat()[0] ?? '' });
  const rotator = await keycloak.createRotator(realm, {
    clientId: credential.iam.auth.clientId,
    clients: [client.uuid],
  });
  if (overlaps(credential)) await keycloak.setOverlapPolicy(realm);
  for (const [name, value] of accessSecretsOf(credential, rotator.secret))
    await createSecret(secretsManager, name, value);
  return { realm, uuid: client.uuid, clientSecret: client.secret };
}

function overlaps({ strategy, tags }: Credential): boolean {
  return strategy === 'dual-secret' || (strategy === 'auto' && tags.overlap !== 'no');
}

/** Every access secret of the credential with its document. The access of a local connector is `local-<id>`. */
function accessSecretsOf({ id, iam, connectors }: Credential, rotatorSecret: string): Map<string, object> {
  const secrets = new Map<string, object>();
  if ('secretId' in iam.auth) secrets.set(iam.auth.secretId, { clientSecret: rotatorSecret });
  for (const { auth } of connectors) {
    const forms = {
      bearer: { token: `local-${id}` },
      basic: { username: id, password: `local-${id}` },
      'client-credentials': { clientSecret: randomBytes(32).toString('base64url') },
    };
    if (!secrets.has(auth.secretId)) secrets.set(auth.secretId, forms[auth.type]);
  }
  return secrets;
}

async function createSecret(client: SecretsManagerClient, name: string, value: object): Promise<void> {
  const SecretString = JSON.stringify(value);
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceExistsException') throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  }
}
