import { GetSecretValueCommand, ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager';
import pMap from 'p-map';
import { parseDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { Member } from './fleet.ts';
import type { PartnerStand } from './stand.ts';

const AT_ONCE = 8;

/** The versions of each credential with their labels, as one text each. */
export async function versionsOf(
  members: readonly Member[],
  { secretsManager, description }: PartnerStand,
): Promise<ReadonlyMap<string, string>> {
  const all = await pMap(
    members,
    async ({ id }): Promise<[string, string]> => {
      const SecretId = `${description.secretPrefix}/${id}`;
      const { Versions = [] } = await secretsManager.send(new ListSecretVersionIdsCommand({ SecretId }));
      return [
        id,
        JSON.stringify(Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]).toSorted()),
      ];
    },
    { concurrency: AT_ONCE },
  );
  return new Map(all);
}

/** The credentials of which Secrets Manager, Keycloak and both sections of the connector don't hold one and the same secret. */
export async function disagreements(
  members: readonly Member[],
  { secretsManager, description, keycloak, provisioned, engine }: PartnerStand,
): Promise<string[]> {
  const agree = async ({ id, realm }: Member) => {
    const SecretId = `${description.secretPrefix}/${id}`;
    const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
    const { secret } = await keycloak.readClient(realm, provisioned.get(id)?.uuid ?? '');
    const held = [
      parseDocument(new Secret(SecretString)).clientSecret.reveal(),
      engine.secretOf(id, 'designTime'),
      engine.secretOf(id, 'runtime'),
    ];
    return held.every((one) => one === secret);
  };
  const agreed = await pMap(members, agree, { concurrency: AT_ONCE });
  return members.filter((_, index) => !agreed[index]).map(({ id }) => id);
}
