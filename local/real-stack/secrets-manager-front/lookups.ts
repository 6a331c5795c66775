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

import type { Upstream } from './upstream.ts';

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

/**
 * The versions without a value, but for one that is pending, which is RotateSecret's. AWS has none: the emulator makes one of a secret
 * that is created without a value.
 */
export async function hollowVersions(
  secretId: string,
  { admin, valued }: Omit<Upstream, 'forward'>,
): Promise<string[]> {
  const secret = lookups(admin, secretId);
  const candidates = (await secret.versions()).filter(({ VersionStages }) => !VersionStages?.includes('AWSPENDING'));
  const ids = candidates.map(({ VersionId = '' }) => VersionId);
  for (const id of ids.filter((one) => !valued.has(one))) {
    const version = await secret.version(id);
    valued.set(id, Boolean(version?.SecretString || version?.SecretBinary));
  }
  return ids.filter((id) => valued.get(id) === false);
}

/** The versions that carry a label. */
export function holders(versions: readonly SecretVersionsListEntry[], label: string): SecretVersionsListEntry[] {
  return versions.filter(({ VersionStages }) => VersionStages?.includes(label));
}

async function whenUsable<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return undefined;
    throw error;
  }
}
