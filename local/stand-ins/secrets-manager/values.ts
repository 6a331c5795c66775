import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { fault } from './errors.ts';
import { type Secret, type Store, sameValue, usableSecret, type Value, type Version } from './model.ts';
import { addVersion, attach, stagesOf } from './versions.ts';

/** An operation's answer: the SDK's type without what the client adds itself. */
export type Answer<Output> = Omit<Output, '$metadata'>;

/**
 * Adds a version, or repeats one that is there already.
 *
 * @throws {SecretsManagerFault} ResourceExistsException when the token names a version with another value
 * @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
 */
export function putSecretValue(store: Store, input: PutSecretValueCommandInput): Answer<PutSecretValueCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  const value = requestedValue(input);
  if (!value) throw fault('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  encryptable(secret);
  const id = input.ClientRequestToken ?? store.newId();
  if (!isRepeat(secret, id, value)) keep(store, secret, { id, value, stages: input.VersionStages });
  return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stagesOf(secret, id) };
}

function isRepeat(secret: Secret, id: string, value: Value): boolean {
  const present = secret.versions.get(id)?.value;
  if (!present) return false;
  if (sameValue(present, value)) return true;
  throw fault(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
  );
}

function keep(
  store: Store,
  secret: Secret,
  { id, value, stages = ['AWSCURRENT'] }: { id: string; value: Value; stages?: string[] | undefined },
): void {
  const now = store.clock();
  const first = [...secret.versions.values()].every((version) => version.value === undefined);
  const version = secret.versions.get(id) ?? addVersion(secret, id, { now });
  version.value = value;
  for (const label of new Set(first ? ['AWSCURRENT', ...stages] : stages)) attach(secret, label, id);
  secret.lastChangedDate = now;
}

/** @throws {SecretsManagerFault} InvalidParameterException when both kinds of value are given */
export function requestedValue({ SecretString, SecretBinary }: Partial<PutSecretValueCommandInput>): Value | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw fault('InvalidParameterException', "You can't specify both SecretString and SecretBinary.");
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

/** @throws {SecretsManagerFault} EncryptionFailure while the key is disabled */
function encryptable({ keyDisabled }: { keyDisabled: boolean }): void {
  if (keyDisabled) {
    throw fault('EncryptionFailure', "Secrets Manager can't encrypt the secret value: the KMS key is disabled.");
  }
}

/**
 * Reads a value: AWSCURRENT unless a version or a label is asked for.
 *
 * @throws {SecretsManagerFault} ResourceNotFoundException when there is no such version, or it has no value yet
 * @see [GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html)
 */
export function getSecretValue(store: Store, input: GetSecretValueCommandInput): Answer<GetSecretValueCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  const { id, value, createdDate } = requestedVersion(secret, input);
  if (secret.keyDisabled) {
    throw fault('DecryptionFailure', "Secrets Manager can't decrypt the secret value: the KMS key is disabled.");
  }
  secret.lastAccessedDate = store.clock();
  const stages = stagesOf(secret, id);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: id,
    ...value,
    ...(stages.length > 0 && { VersionStages: stages }),
    CreatedDate: createdDate,
  } satisfies Answer<GetSecretValueCommandOutput>;
}

function requestedVersion(secret: Secret, { VersionId, VersionStage }: GetSecretValueCommandInput): Version {
  const stage = VersionStage ?? 'AWSCURRENT';
  const id = VersionId ?? secret.labels.get(stage) ?? '';
  const version = secret.versions.get(id);
  if (!version?.value) {
    const wanted = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
    throw fault('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${wanted}`);
  }
  if (VersionStage !== undefined && secret.labels.get(VersionStage) !== id) {
    throw fault(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  return version;
}
