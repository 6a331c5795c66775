import type { RotationRulesType, Tag } from '@aws-sdk/client-secrets-manager';
import { fault } from './errors.ts';

/** What a version keeps. A version without value is RotateSecret's own mark. */
export interface Value {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}

export interface Version {
  readonly id: string;
  value: Value | undefined;
  readonly createdDate: Date;
}

/** A staging label sits on one version at a time by construction: `labels` maps it to that version's id. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdDate: Date;
  readonly versions: Map<string, Version>;
  readonly labels: Map<string, string>;
  readonly creationToken: string | undefined;
  description: string | undefined;
  kmsKeyId: string | undefined;
  keyDisabled: boolean;
  tags: Tag[];
  lastChangedDate: Date;
  lastAccessedDate: Date | undefined;
  deletionDate: Date | undefined;
  rotation: Rotation | undefined;
}

export interface Rotation {
  enabled: boolean;
  readonly lambdaArn: string;
  readonly rules: RotationRulesType;
  lastRotatedDate: Date | undefined;
}

/** Effects of the engine. */
export interface Effects {
  readonly clock: () => Date;
  /** Makes version ids: 32 to 64 characters. */
  readonly newId: () => string;
  /** Makes the six characters at the end of an ARN. */
  readonly newSuffix: () => string;
  /** Calls a registered rotation function. */
  readonly invokeRotation: (functionArn: string, event: RotationEvent) => Promise<void>;
}

/**
 * What a rotation function receives.
 *
 * @see [Rotation by Lambda function](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)
 */
export interface RotationEvent {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  /** The ARN. */
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
}

export interface Store extends Effects {
  readonly region: string;
  readonly account: string;
  /** By name. */
  readonly secrets: Map<string, Secret>;
  /** Rotations that run in the background. */
  readonly running: Set<Promise<void>>;
}

/** Whether two values are the same text or bytes. */
export function sameValue(one: Value, other: Value): boolean {
  const bytes = ({ SecretBinary }: Value) => SecretBinary && Buffer.from(SecretBinary).toString('base64');
  return one.SecretString === other.SecretString && bytes(one) === bytes(other);
}

/** Finds a secret that can be used. @throws {SecretsManagerFault} when it is absent or marked for deletion */
export function usableSecret(store: Store, id: string | undefined): Secret {
  const secret = findSecret(store, id);
  if (secret.deletionDate) {
    throw fault(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

/**
 * Finds a secret by name, ARN, or ARN without the hyphen and six characters at its end.
 *
 * @throws {SecretsManagerFault} ResourceNotFoundException
 * @see [Finding a secret from a partial ARN](https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen)
 */
export function findSecret(store: Store, id: string | undefined): Secret {
  forgetDeleted(store);
  const all = [...store.secrets.values()];
  const found =
    store.secrets.get(id ?? '') ??
    all.find((one) => one.arn === id) ??
    all.find((one) => one.arn.slice(0, -'-xxxxxx'.length) === id);
  if (!found) throw fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return found;
}

/** Secrets whose recovery window is over don't exist any more. */
export function forgetDeleted(store: Store): void {
  for (const { name, deletionDate } of store.secrets.values()) {
    if (deletionDate && deletionDate <= store.clock()) store.secrets.delete(name);
  }
}
