import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** Shorthand for one secret of a test. */
export interface Lab {
  readonly client: SecretsManagerClient;
  /** The name of this test's secret, which no other test has. */
  readonly secret: string;
  /** @returns the id of the first version, empty without a value */
  create(value?: string): Promise<string>;
  put(id: string, value: string, stages?: string[]): Promise<string[] | undefined>;
  move(label: string, move: { to?: string; from?: string }): Promise<void>;
  get(which?: Omit<GetSecretValueCommandInput, 'SecretId'>): Promise<string | undefined>;
  /** The version that has each label. */
  labels(): Promise<Record<string, string>>;
  /** The ids of all versions, deprecated ones included. */
  ids(): Promise<string[]>;
  lastChanged(): Promise<Date | undefined>;
}

/** Version ids that a reader can tell apart: 32 times the digit, the shortest that is allowed. */
export const V1 = '1'.repeat(32);
export const V2 = '2'.repeat(32);
export const V3 = '3'.repeat(32);

/** A fresh secret's name and shorthand for what the tests do with it. */
export function newLab(client: SecretsManagerClient): Lab {
  const SecretId = `contract/${randomUUID()}/x`;
  return {
    client,
    secret: SecretId,
    create: async (value) => {
      const first = value === undefined ? {} : { SecretString: value, ClientRequestToken: V1 };
      return (await client.send(new CreateSecretCommand({ Name: SecretId, ...first }))).VersionId ?? '';
    },
    put: async (id, value, stages) => {
      const stored = { SecretId, ClientRequestToken: id, SecretString: value, VersionStages: stages };
      return (await client.send(new PutSecretValueCommand(stored))).VersionStages;
    },
    move: async (label, { to, from }) => {
      const ids = { MoveToVersionId: to, RemoveFromVersionId: from };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: label, ...ids }));
    },
    get: async (which = {}) => (await client.send(new GetSecretValueCommand({ SecretId, ...which }))).SecretString,
    labels: () => labelsOf(client, SecretId),
    ids: async () => {
      const all = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }));
      return (all.Versions ?? []).map(({ VersionId = '' }) => VersionId).sort();
    },
    lastChanged: async () => (await client.send(new DescribeSecretCommand({ SecretId }))).LastChangedDate,
  };
}

/** Fails when a label is on two versions. */
async function labelsOf(client: SecretsManagerClient, SecretId: string): Promise<Record<string, string>> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  const labels: Record<string, string> = {};
  for (const [id, stages] of Object.entries(VersionIdsToStages)) {
    for (const label of stages) {
      if (labels[label]) throw new Error(`${label} is on two versions`);
      labels[label] = id;
    }
  }
  return labels;
}
