import type {
  CreateSecretCommandInput,
  CreateSecretCommandOutput,
  DeleteSecretCommandInput,
  DeleteSecretCommandOutput,
  RestoreSecretCommandInput,
  RestoreSecretCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { fault } from './errors.ts';
import { findSecret, forgetDeleted, type Secret, type Store, sameValue, usableSecret, type Value } from './model.ts';
import { type Answer, requestedValue } from './values.ts';
import { addVersion, attach } from './versions.ts';

const DAY_MS = 86_400_000;

/**
 * Makes a secret; without a value it has no version at all.
 *
 * @throws {SecretsManagerFault} ResourceExistsException unless it repeats the call that made the secret
 * @see [CreateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html)
 */
export function createSecret(store: Store, input: CreateSecretCommandInput): Answer<CreateSecretCommandOutput> {
  forgetDeleted(store);
  const value = requestedValue(input);
  const present = store.secrets.get(input.Name ?? '');
  if (present) return repeated(present, input, value);
  const secret = newSecret(store, input);
  store.secrets.set(secret.name, secret);
  if (!value) return { ARN: secret.arn, Name: secret.name };
  const id = input.ClientRequestToken ?? store.newId();
  addVersion(secret, id, { value, now: secret.createdDate });
  attach(secret, 'AWSCURRENT', id);
  return { ARN: secret.arn, Name: secret.name, VersionId: id };
}

function repeated(
  secret: Secret,
  { ClientRequestToken: token = '' }: CreateSecretCommandInput,
  value: Value | undefined,
): Answer<CreateSecretCommandOutput> {
  if (secret.deletionDate) {
    throw fault(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const first = secret.versions.get(token)?.value;
  const same = value === undefined ? first === undefined : first !== undefined && sameValue(first, value);
  if (token !== secret.creationToken || !same) {
    throw fault('ResourceExistsException', `The operation failed because the secret ${secret.name} already exists.`);
  }
  return { ARN: secret.arn, Name: secret.name, ...(value && { VersionId: token }) };
}

function newSecret(store: Store, input: CreateSecretCommandInput): Secret {
  const { Name: name = '', Tags, KmsKeyId, Description, ClientRequestToken } = input;
  const now = store.clock();
  return {
    arn: `arn:aws:secretsmanager:${store.region}:${store.account}:secret:${name}-${store.newSuffix()}`,
    name,
    createdDate: now,
    versions: new Map(),
    labels: new Map(),
    creationToken: ClientRequestToken,
    description: Description,
    kmsKeyId: KmsKeyId,
    keyDisabled: false,
    tags: Tags ?? [],
    lastChangedDate: now,
    lastAccessedDate: undefined,
    deletionDate: undefined,
    rotation: undefined,
  };
}

/**
 * Marks a secret for deletion after its recovery window (7 to 30 days, default 30), or removes it at once.
 *
 * @see [DeleteSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)
 */
export function deleteSecret(store: Store, input: DeleteSecretCommandInput): Answer<DeleteSecretCommandOutput> {
  const { SecretId: id, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
  if (force && days !== undefined) {
    throw fault(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw fault('InvalidParameterException', 'RecoveryWindowInDays must be between 7 and 30 days (inclusive).');
  }
  return force ? removeNow(store, id) : markDeleted(store, usableSecret(store, id), days ?? 30);
}

function markDeleted(store: Store, secret: Secret, days: number): Answer<DeleteSecretCommandOutput> {
  const now = store.clock();
  secret.deletionDate = new Date(now.getTime() + days * DAY_MS);
  secret.lastChangedDate = now;
  return { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletionDate };
}

function removeNow(store: Store, id: string | undefined): Answer<DeleteSecretCommandOutput> {
  const secret = findSecret(store, id);
  store.secrets.delete(secret.name);
  return { ARN: secret.arn, Name: secret.name, DeletionDate: store.clock() };
}

/** @see [RestoreSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html) */
export function restoreSecret(store: Store, input: RestoreSecretCommandInput): Answer<RestoreSecretCommandOutput> {
  const secret = findSecret(store, input.SecretId);
  secret.deletionDate = undefined;
  secret.lastChangedDate = store.clock();
  return { ARN: secret.arn, Name: secret.name };
}

/** @see [TagResource](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html) */
export function tagResource(store: Store, input: TagResourceCommandInput): Answer<TagResourceCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  const tags = new Map([...secret.tags, ...(input.Tags ?? [])].map((tag) => [tag.Key, tag]));
  secret.tags = [...tags.values()];
  secret.lastChangedDate = store.clock();
  return {};
}
