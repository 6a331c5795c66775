import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  type ListSecretVersionIdsCommandOutput,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type ErrorCode, RotationError } from '../../credential/errors.ts';
import { Secret } from '../../credential/secret/secret.ts';
import {
  type SecretOverview,
  type SecretStore,
  type SecretVersion,
  StageMovedError,
  VersionTakenError,
} from '../../ports/secret-store.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { bearThrottling, type Patience, ThrottledError } from '../aws/throttled.ts';

/**
 * The credential's secret in AWS Secrets Manager.
 *
 * @param client its retries are safe: every call is a read, has a `ClientRequestToken`, or is a compare-and-swap
 * @param secretId the secret's name
 * @param patience how long it bears with throttling
 * @see [Secrets Manager API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html)
 */
export function secretsManagerStore(sdk: SecretsManagerClient, secretId: string, patience: Patience = {}): SecretStore {
  const client = patientClient(sdk, secretId, patience);
  const guard = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw storeFailure(error, secretId);
    }
  };
  return {
    secretId,
    versions: () => guard(listVersions(client, secretId)),
    read: async (versionId) => (await guard(readValue(client, secretId, versionId)))?.value,
    readCurrent: () => guard(readValue(client, secretId)),
    describe: () => guard(describeSecret(client, secretId)),
    put: async ({ id, value, stage }) => {
      const input = {
        SecretId: secretId,
        ClientRequestToken: id,
        SecretString: value.reveal(),
        VersionStages: [stage],
      };
      try {
        const answer = await client.send(new PutSecretValueCommand(input));
        const certain = answer.$metadata.attempts === 1;
        return { labelled: certain && answer.VersionStages?.includes(stage) === true };
      } catch (error) {
        if (awsErrorName(error) === 'ResourceExistsException') throw new VersionTakenError();
        throw storeFailure(error, secretId);
      }
    },
    moveStage: async ({ stage, from, to }) => {
      const input = { SecretId: secretId, VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to };
      try {
        await client.send(new UpdateSecretVersionStageCommand(input));
      } catch (error) {
        if (awsErrorName(error) === 'InvalidParameterException') throw new StageMovedError();
        throw storeFailure(error, secretId);
      }
    },
    startRotation: async (versionId) => {
      const input = { SecretId: secretId, ClientRequestToken: versionId, RotateImmediately: true };
      try {
        return (await client.send(new RotateSecretCommand(input))).VersionId ?? versionId;
      } catch (error) {
        const failure = storeFailure(error, secretId);
        if (awsErrorName(error) !== 'InvalidRequestException' || failure.code !== 'store-unavailable') throw failure;
        throw new RotationError(
          'rotation-in-progress',
          `Secrets Manager has not completed an earlier rotation of ${secretId}`,
        );
      }
    },
  };
}

type Client = Pick<SecretsManagerClient, 'send'>;

/** A client that sends again what was throttled. */
export function patientClient(client: SecretsManagerClient, what: string, patience: Patience): Client {
  const send = (command: Parameters<typeof bearThrottling>[0]['command']) =>
    bearThrottling({ what, command }, () => client.send(command as never), patience);
  return { send: send as unknown as Client['send'] };
}

async function listVersions(client: Client, secretId: string): Promise<SecretVersion[]> {
  const versions: SecretVersion[] = [];
  let nextToken: string | undefined;
  do {
    const page: ListSecretVersionIdsCommandOutput = await client.send(
      new ListSecretVersionIdsCommand({
        SecretId: secretId,
        IncludeDeprecated: true,
        MaxResults: 100,
        NextToken: nextToken,
      }),
    );
    for (const { VersionId, VersionStages, CreatedDate } of page.Versions ?? []) {
      if (VersionId)
        versions.push({ id: VersionId, stages: VersionStages ?? [], createdAt: CreatedDate ?? new Date(0) });
    }
    nextToken = page.NextToken;
  } while (nextToken);
  return versions;
}

async function describeSecret(client: Client, secretId: string): Promise<SecretOverview> {
  return overviewOf(await client.send(new DescribeSecretCommand({ SecretId: secretId })));
}

/** What a description of a secret tells of its labels and its last change. */
export function overviewOf(secret: DescribeSecretCommandOutput): SecretOverview {
  const { LastChangedDate, CreatedDate, VersionIdsToStages } = secret;
  const labelled = Object.entries(VersionIdsToStages ?? {}).map(([id, stages]) => ({ id, stages }));
  return { changedAt: LastChangedDate ?? CreatedDate ?? new Date(0), labelled };
}

/** @param versionId by default the version that carries AWSCURRENT */
async function readValue(
  client: Client,
  secretId: string,
  versionId?: string,
): Promise<{ id: string; value: Secret } | undefined> {
  try {
    const input = { SecretId: secretId, ...(versionId !== undefined && { VersionId: versionId }) };
    const {
      VersionId: id = versionId ?? '',
      SecretString,
      SecretBinary,
    } = await client.send(new GetSecretValueCommand(input));
    if (SecretBinary === undefined) return { id, value: new Secret(SecretString ?? '') };
    throw new RotationError('document-invalid', `The version ${id} of ${secretId} is binary, and no document`);
  } catch (error) {
    if (awsErrorName(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ResourceNotFoundException: 'secret-not-found',
  AccessDeniedException: 'store-forbidden',
  UnrecognizedClientException: 'store-forbidden',
  DecryptionFailure: 'key-unusable',
  EncryptionFailure: 'key-unusable',
  LimitExceededException: 'too-many-versions',
};

/** A failure of Secrets Manager, in our words: its name and what it is about, never a value. */
export function storeFailure(error: unknown, secretId: string): RotationError {
  if (error instanceof RotationError) return error;
  if (error instanceof ThrottledError) {
    return new RotationError('store-throttled', `Secrets Manager, ${secretId}: too many calls`);
  }
  const name = awsErrorName(error);
  const deleted = name === 'InvalidRequestException' && /deletion|deleted/i.test((error as Error).message);
  const code = deleted ? 'secret-deleted' : (CODES[name] ?? 'store-unavailable');
  return new RotationError(code, `Secrets Manager, ${secretId}: ${name}`);
}
