import { randomBytes, randomUUID } from 'node:crypto';
import { describeSecret, listSecrets } from './describe.ts';
import { createSecret, deleteSecret, restoreSecret, tagResource } from './lifecycle.ts';
import { type Effects, findSecret, type Store, type Value } from './model.ts';
import { cancelRotateSecret, rotateSecret } from './rotation.ts';
import { listSecretVersionIds, updateSecretVersionStage } from './stages.ts';
import { getSecretValue, putSecretValue } from './values.ts';
import { stagesOf } from './versions.ts';

/** Every operation that this part knows. */
export const operations = {
  CreateSecret: createSecret,
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
  ListSecretVersionIds: listSecretVersionIds,
  ListSecrets: listSecrets,
  DeleteSecret: deleteSecret,
  RestoreSecret: restoreSecret,
  TagResource: tagResource,
  RotateSecret: rotateSecret,
  CancelRotateSecret: cancelRotateSecret,
};

/** Options of {@link createSecretsManager}; the defaults are real time, real randomness, and no rotation function. */
export interface SecretsManagerOptions extends Partial<Effects> {
  /** @default 'eu-north-1' */
  readonly region?: string;
  /** Twelve digits. @default '123456789012' */
  readonly account?: string;
}

/** A version as tests want to see it. */
interface VersionSnapshot extends Value {
  readonly id: string;
  readonly stages: string[];
  readonly createdDate: Date;
}

/** The state of an embedded Secrets Manager, and what can be done to it beside the API. */
export interface SecretsManagerEngine {
  readonly store: Store;
  /** All versions of a secret, oldest first, with their values. */
  versions(secretId: string): VersionSnapshot[];
  /** Makes every read and write of the secret's value fail, as with a disabled KMS key. */
  disableKey(secretId: string): void;
  enableKey(secretId: string): void;
  /** Resolves when no rotation runs in the background. */
  settled(): Promise<void>;
}

/**
 * An in-memory Secrets Manager that follows the documented rules strictly. Each operation is atomic.
 *
 * @see [API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html)
 */
export function createSecretsManager(options: SecretsManagerOptions = {}): SecretsManagerEngine {
  const store = newStore(options);
  return {
    store,
    versions: (id) => {
      const secret = findSecret(store, id);
      return [...secret.versions.values()].map((one) => ({
        id: one.id,
        stages: stagesOf(secret, one.id),
        createdDate: one.createdDate,
        ...one.value,
      }));
    },
    disableKey: (id) => {
      findSecret(store, id).keyDisabled = true;
    },
    enableKey: (id) => {
      findSecret(store, id).keyDisabled = false;
    },
    settled: async () => {
      while (store.running.size > 0) await Promise.all(store.running);
    },
  };
}

function newStore(options: SecretsManagerOptions): Store {
  return {
    region: options.region ?? 'eu-north-1',
    account: options.account ?? '123456789012',
    clock: options.clock ?? (() => new Date()),
    newId: options.newId ?? randomUUID,
    newSuffix: options.newSuffix ?? (() => randomBytes(3).toString('hex')),
    invokeRotation: options.invokeRotation ?? refuseRotation,
    secrets: new Map(),
    running: new Set(),
  };
}

async function refuseRotation(functionArn: string): Promise<never> {
  throw new Error(`no rotation function is connected; called was ${functionArn}`);
}
