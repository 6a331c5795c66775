import type {
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  ListSecretsCommandInput,
  ListSecretsCommandOutput,
  SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import { page } from '../aws-json.ts';
import { fault, invalidToken } from './errors.ts';
import { findSecret, forgetDeleted, type Secret, type Store } from './model.ts';
import { nextRotationDate } from './next-rotation.ts';
import type { Answer } from './values.ts';
import { stagesOf } from './versions.ts';

/** @see [DescribeSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html) */
export function describeSecret(store: Store, input: DescribeSecretCommandInput): Answer<DescribeSecretCommandOutput> {
  const secret = findSecret(store, input.SecretId);
  return { ...details(secret), VersionIdsToStages: labelled(secret) };
}

/**
 * Lists secrets by name; those marked for deletion only on demand. The one filter that is known is `name`, which means
 * "begins with"; a `!` before a value is not.
 *
 * @see [ListSecrets](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html)
 */
export function listSecrets(store: Store, input: ListSecretsCommandInput): Answer<ListSecretsCommandOutput> {
  forgetDeleted(store);
  const unknown = input.Filters?.find(({ Key }) => Key !== 'name');
  if (unknown) throw fault('InvalidParameterException', `The filter '${unknown.Key}' is not available here.`);
  const prefixes = input.Filters?.flatMap(({ Values }) => Values ?? []);
  const entries = [...store.secrets.values()]
    .filter(({ deletionDate }) => input.IncludePlannedDeletion || !deletionDate)
    .filter(({ name }) => !prefixes || prefixes.some((prefix) => name.startsWith(prefix)))
    .map((secret) => ({ ...details(secret), Name: secret.name, SecretVersionsToStages: labelled(secret) }));
  const { items, next } = page(entries, { key: ({ Name }) => Name, invalidToken, ...input });
  return { SecretList: items satisfies SecretListEntry[], ...next };
}

function labelled(secret: Secret): Record<string, string[]> {
  return Object.fromEntries([...new Set(secret.labels.values())].map((id) => [id, stagesOf(secret, id)]));
}

function details(secret: Secret): Omit<Answer<DescribeSecretCommandOutput>, 'VersionIdsToStages'> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    ...rotationDetails(secret),
    LastChangedDate: secret.lastChangedDate,
    LastAccessedDate: secret.lastAccessedDate && startOfDay(secret.lastAccessedDate),
    DeletedDate: secret.deletionDate,
    Tags: secret.tags,
    CreatedDate: secret.createdDate,
  };
}

function rotationDetails(secret: Secret) {
  const { rotation } = secret;
  if (!rotation) return {};
  return {
    RotationEnabled: rotation.enabled,
    RotationLambdaARN: rotation.lambdaArn,
    RotationRules: rotation.rules,
    LastRotatedDate: rotation.lastRotatedDate,
    NextRotationDate: nextRotationDate(secret),
  };
}

/** The day only, in UTC: that is the resolution of LastAccessedDate. */
function startOfDay(date: Date): Date {
  return new Date(`${date.toISOString().slice(0, 10)}T00:00:00Z`);
}
