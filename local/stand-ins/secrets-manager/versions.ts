import { fault } from './errors.ts';
import type { Secret, Value, Version } from './model.ts';

const MAX_VERSIONS = 100;
const MAX_LABELS = 20;
const DAY_MS = 86_400_000;

/** The labels of a version, oldest first; none means that the version is deprecated. */
export function stagesOf(secret: Secret, versionId: string): string[] {
  return [...secret.labels].filter(([, holder]) => holder === versionId).map(([label]) => label);
}

/**
 * Puts a label on a version and takes it from the one that has it. AWSPREVIOUS follows AWSCURRENT.
 *
 * @throws {SecretsManagerFault} LimitExceededException for a 21st label on one secret
 * @see [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html)
 */
export function attach(secret: Secret, label: string, versionId: string): void {
  const holder = secret.labels.get(label);
  if (holder === versionId) return;
  if (holder === undefined && secret.labels.size >= MAX_LABELS) {
    throw fault('LimitExceededException', `A secret can have at most ${MAX_LABELS} staging labels.`);
  }
  secret.labels.set(label, versionId);
  if (label === 'AWSCURRENT' && holder !== undefined) secret.labels.set('AWSPREVIOUS', holder);
}

/**
 * Adds a version without labels. Beyond 100 versions, deprecated ones that are older than a day make room, oldest first.
 *
 * @throws {SecretsManagerFault} LimitExceededException when none can
 * @see [What's in a secret: Version](https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version)
 */
export function addVersion(secret: Secret, id: string, { value, now }: { value?: Value; now: Date }): Version {
  makeRoom(secret, now);
  const version: Version = { id, value, createdDate: now };
  secret.versions.set(id, version);
  return version;
}

function makeRoom(secret: Secret, now: Date): void {
  const removable = [...secret.versions.values()]
    .filter(({ id }) => stagesOf(secret, id).length === 0)
    .filter(({ createdDate }) => now.getTime() - createdDate.getTime() > DAY_MS)
    .sort((a, b) => a.createdDate.getTime() - b.createdDate.getTime());
  for (const { id } of removable.slice(0, Math.max(0, secret.versions.size + 1 - MAX_VERSIONS))) {
    secret.versions.delete(id);
  }
  if (secret.versions.size >= MAX_VERSIONS) {
    throw fault('LimitExceededException', `The secret has ${MAX_VERSIONS} versions, none of which can be removed yet.`);
  }
}
