import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  InvalidRequestException,
  ListSecretVersionIdsCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  type SecretVersionsListEntry,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** What the front asks the emulator with its own credentials. A secret that is absent or deleted has no versions here. */
export interface Lookups {
  /** All versions, deprecated ones included. */
  versions(): Promise<SecretVersionsListEntry[]>;
  version(id: string): Promise<GetSecretValueCommandOutput | undefined>;
  attach(label: string, id: string, from?: string): Promise<void>;
  detach(label: string, id: string): Promise<void>;
}

/** @param SecretId as the caller named it */
export function lookups(admin: SecretsManagerClient, SecretId: string): Lookups {
  const update = async (VersionStage: string, ids: { MoveToVersionId?: string; RemoveFromVersionId?: string }) => {
    await admin.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...ids }));
  };
  return {
    versions: async () => {
      const all = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true });
      return (await whenUsable(admin.send(all)))?.Versions ?? [];
    },
    version: (VersionId) => whenUsable(admin.send(new GetSecretValueCommand({ SecretId, VersionId }))),
    attach: (label, id, from) =>
      update(label, { MoveToVersionId: id, ...(from !== undefined && { RemoveFromVersionId: from }) }),
    detach: (label, id) => update(label, { RemoveFromVersionId: id }),
  };
}

async function whenUsable<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return undefined;
    throw error;
  }
}
