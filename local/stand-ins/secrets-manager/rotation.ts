import type {
  CancelRotateSecretCommandInput,
  CancelRotateSecretCommandOutput,
  RotateSecretCommandInput,
  RotateSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { fault } from './errors.ts';
import { type Rotation, type RotationEvent, type Secret, type Store, usableSecret } from './model.ts';
import type { Answer } from './values.ts';
import { addVersion, attach } from './versions.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/**
 * Registers a rotation function and begins a rotation in the background: a version without value is labelled AWSPENDING, then
 * the function is called with four steps, one after the other; a step that fails ends the rotation where it is. With
 * `RotateImmediately: false` only `testSecret` is called, on a pending version that is removed afterwards.
 *
 * @throws {SecretsManagerFault} InvalidRequestException while AWSPENDING is on another version than AWSCURRENT, or without function
 * @see [RotateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html)
 */
export function rotateSecret(store: Store, input: RotateSecretCommandInput): Answer<RotateSecretCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  const id = input.ClientRequestToken ?? store.newId();
  const rotation = settingsOf(secret, input);
  if (secret.versions.has(id)) return { ARN: secret.arn, Name: secret.name, VersionId: id };
  refuseWhilePending(secret);
  secret.rotation = rotation;
  addVersion(secret, id, { now: store.clock() });
  attach(secret, 'AWSPENDING', id);
  secret.lastChangedDate = store.clock();
  const run = input.RotateImmediately === false ? tryOut(store, secret, id) : rotate(store, secret, id);
  keepRunning(store, run);
  return { ARN: secret.arn, Name: secret.name, VersionId: id };
}

function settingsOf(secret: Secret, { RotationLambdaARN, RotationRules }: RotateSecretCommandInput): Rotation {
  const lambdaArn = RotationLambdaARN ?? secret.rotation?.lambdaArn;
  if (lambdaArn === undefined) {
    throw fault('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
  }
  if (RotationRules?.AutomaticallyAfterDays !== undefined && RotationRules.ScheduleExpression !== undefined) {
    throw fault('InvalidParameterException', "You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  }
  const rules = RotationRules ?? secret.rotation?.rules ?? {};
  return { enabled: true, lambdaArn, rules, lastRotatedDate: secret.rotation?.lastRotatedDate };
}

function refuseWhilePending({ labels }: Secret): void {
  const pending = labels.get('AWSPENDING');
  if (pending !== undefined && pending !== labels.get('AWSCURRENT')) {
    throw fault('InvalidRequestException', "A previous rotation isn't complete. That rotation will be reattempted.");
  }
}

/** A rejected step is the rotation function's affair: it is not the caller's, who has had an answer long ago. */
function keepRunning(store: Store, run: Promise<void>): void {
  const quiet = run.catch(() => undefined).finally(() => store.running.delete(quiet));
  store.running.add(quiet);
}

async function rotate(store: Store, secret: Secret, id: string): Promise<void> {
  for (const step of STEPS) {
    if (!secret.rotation?.enabled) return;
    await invoke(store, secret, { step, id });
  }
  if (secret.rotation && secret.labels.get('AWSCURRENT') === id) secret.rotation.lastRotatedDate = store.clock();
}

async function tryOut(store: Store, secret: Secret, id: string): Promise<void> {
  try {
    await invoke(store, secret, { step: 'testSecret', id });
  } finally {
    if (secret.labels.get('AWSPENDING') === id) secret.labels.delete('AWSPENDING');
    if (!secret.versions.get(id)?.value) secret.versions.delete(id);
  }
}

async function invoke(store: Store, secret: Secret, { step, id }: { step: RotationEvent['Step']; id: string }) {
  await Promise.resolve();
  await store.invokeRotation(secret.rotation?.lambdaArn ?? '', {
    Step: step,
    SecretId: secret.arn,
    ClientRequestToken: id,
    RotationToken: store.newId(),
  });
}

/**
 * Turns rotation off; the labels stay as they are.
 *
 * @returns the id of the version that a rotation under way had begun, if any
 * @see [CancelRotateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html)
 */
export function cancelRotateSecret(
  store: Store,
  input: CancelRotateSecretCommandInput,
): Answer<CancelRotateSecretCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  if (!secret.rotation) {
    throw fault('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
  }
  secret.rotation.enabled = false;
  secret.lastChangedDate = store.clock();
  const pending = secret.labels.get('AWSPENDING');
  const begun = pending !== undefined && pending !== secret.labels.get('AWSCURRENT');
  return { ARN: secret.arn, Name: secret.name, ...(begun && { VersionId: pending }) };
}
