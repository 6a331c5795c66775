import { randomBytes } from 'node:crypto';
import { CreateSecretCommand, PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { OVERLAP_ROLE } from '../../stand-ins/iam/overlap-policy.ts';
import type { KeycloakAdmin } from '../keycloak/admin.ts';
import type { CreatedClient } from '../keycloak/clients.ts';
import { type KeycloakRelease, LATEST } from '../keycloak/releases.ts';
import { type PlannedClient, type PlannedRealm, planProvisioning } from './plan.ts';
import { realmOf } from './realms.ts';

/** What a credential needs before it can be rotated, as it was made. */
export interface Provisioned {
  readonly realm: string;
  /** Keycloak's id of the client; of two that alternate, the first one's. */
  readonly uuid: string;
  /** The secret that the client has and nobody else knows yet. */
  readonly clientSecret: string;
}

/** Where things are made. */
interface ProvisioningDeps {
  readonly keycloak: KeycloakAdmin;
  readonly secretsManager: SecretsManagerClient;
  /** What the Keycloak can do. @default - the latest that is known */
  readonly release?: KeycloakRelease;
}

/** Sets the clients apart that may overlap, in a realm where others must not. */
const CHOSEN = { key: 'local.overlap', value: 'yes' } as const;

/**
 * Makes, for one credential, what {@link provisionFleet} makes for several.
 *
 * @param credential its `iam.adminUrl` names the realm
 */
export async function provision(credential: Credential, deps: ProvisioningDeps): Promise<Provisioned> {
  const made = (await provisionFleet([credential], deps)).get(credential.id);
  if (!made) throw new Error(`nothing was made for ${credential.id}`);
  return made;
}

/**
 * Makes everything that customers would: each realm, its clients with random secrets and service accounts, the rotators with the
 * least rights that the release knows, and the access secrets. What several credentials share is made once. A client can overlap
 * with strategy `dual-secret`, and with `auto` unless the tag `overlap` is `no`.
 *
 * @param credentials `iam.adminUrl` names the realm
 * @returns what was made, by credential
 * @throws {Error} when Keycloak or Secrets Manager refuses something
 */
export async function provisionFleet(
  credentials: readonly Credential[],
  { keycloak, secretsManager, release = LATEST }: ProvisioningDeps,
): Promise<Map<string, Provisioned>> {
  const plan = planProvisioning(credentials, () => randomBytes(32).toString('base64url'));
  const made = new Map<string, Map<string, CreatedClient>>();
  for (const realm of plan.realms) made.set(realm.name, await makeRealm(keycloak, release, realm));
  for (const [name, document] of plan.secrets) await createSecret(secretsManager, name, document);
  return new Map(
    credentials.map((credential) => {
      const realm = realmOf(credential);
      const client = made.get(realm)?.get([credential.clientId].flat()[0] ?? '');
      return [credential.id, { realm, uuid: client?.uuid ?? '', clientSecret: client?.secret ?? '' }];
    }),
  );
}

async function makeRealm(
  keycloak: KeycloakAdmin,
  release: KeycloakRelease,
  realm: PlannedRealm,
): Promise<Map<string, CreatedClient>> {
  const { name, overlap } = realm;
  if (!(await keycloak.hasRealm(name))) await keycloak.createRealm(name);
  const made = await makeClients(keycloak, release, realm);
  for (const { clientId, secret, clients, own } of realm.rotators) {
    const uuids = clients.flatMap((one) => made.get(one)?.uuid ?? []);
    const rights = { clients: uuids, itself: own !== undefined, fineGrained: release.fineGrained };
    const attributes = own ? attributesOf(own, realm) : {};
    const created = await keycloak.createRotator(name, { clientId, secret, attributes, ...rights });
    if (own) made.set(clientId, await equipped(keycloak, release, { realm, client: own, created }));
  }
  const policy = { byRole: !release.attributeCondition, ...(overlap === 'chosen' && { only: CHOSEN }) };
  if (overlap !== 'nobody') await keycloak.setOverlapPolicy(name, policy);
  return made;
}

async function makeClients(
  keycloak: KeycloakAdmin,
  release: KeycloakRelease,
  realm: PlannedRealm,
): Promise<Map<string, CreatedClient>> {
  const made = new Map<string, CreatedClient>();
  for (const client of realm.clients) {
    const { scopes: _, overlap: _overlap, ...named } = client;
    const created = await keycloak.createClient(realm.name, { ...named, attributes: attributesOf(client, realm) });
    made.set(created.clientId, await equipped(keycloak, release, { realm, client, created }));
  }
  return made;
}

function attributesOf({ overlap }: PlannedClient, realm: PlannedRealm): Record<string, string> {
  return overlap && realm.overlap === 'chosen' ? { [CHOSEN.key]: CHOSEN.value } : {};
}

/** Gives a client what its rotations need. */
async function equipped(
  keycloak: KeycloakAdmin,
  { attributeCondition }: KeycloakRelease,
  { realm, client, created }: { realm: PlannedRealm; client: PlannedClient; created: CreatedClient },
): Promise<CreatedClient> {
  const { uuid } = created;
  await keycloak.allowScopes(realm.name, { uuid, scopes: client.scopes });
  if (client.overlap && !attributeCondition) await keycloak.addRole(realm.name, { uuid, role: OVERLAP_ROLE });
  return created;
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
