import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Names } from './names.ts';

/** What the functions' grants are about. */
export interface Grantable {
  readonly names: Names;
  readonly key: IKey;
  readonly schedulerRoleArn: string;
  /** Adds what an emulator asks for beyond AWS. */
  readonly local: boolean;
  /** Whether a credential is rotated by Secrets Manager's own four steps, which a run then starts. */
  readonly native: boolean;
}

const CHANGE_SECRET = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

/** What `rotate` may do. Beside changing a secret it asks when anything about it changed last. */
export function rotatePermissions(grantable: Grantable): PolicyStatement[] {
  const native = grantable.native ? ['secretsmanager:RotateSecret'] : [];
  return changerPermissions(grantable, [...CHANGE_SECRET, 'secretsmanager:DescribeSecret', ...native]);
}

/** What `retire` may do. */
export function retirePermissions(grantable: Grantable): PolicyStatement[] {
  return changerPermissions(grantable, CHANGE_SECRET);
}

/** Both read settings, sign in with access secrets, move labels, and plan what comes later. */
function changerPermissions(grantable: Grantable, secretActions: string[]): PolicyStatement[] {
  const { names, key, schedulerRoleArn, local } = grantable;
  return [
    allow(names.credentialSecrets, secretActions),
    allow(names.accessSecrets, ['secretsmanager:GetSecretValue']),
    useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], ['secretsmanager', 'scheduler']),
    allow(names.recurringSchedules, ['scheduler:GetSchedule']),
    allow(names.onceSchedules, ['scheduler:CreateSchedule']),
    allow(schedulerRoleArn, ['iam:PassRole'], { 'iam:PassedToService': 'scheduler.amazonaws.com' }),
    ...(local ? [emulatedSchedules(key, ['scheduler:GetSchedule', 'scheduler:CreateSchedule'])] : []),
  ];
}

/** What the API may do: start a rotation, and say where things stand. It can't read a secret's value. */
export function apiPermissions({ names, key, local }: Grantable): PolicyStatement[] {
  return [
    allow(names.functions.rotate.arn, ['lambda:InvokeFunction']),
    allow(names.credentialSecrets, ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds']),
    allow(names.recurringSchedules, ['scheduler:GetSchedule']),
    // AWS knows no resource for this action, a schedule group included.
    allow('*', ['scheduler:ListSchedules']),
    // Only to read a schedule's settings: never through Secrets Manager.
    useKey(key, ['kms:Decrypt'], ['scheduler']),
    ...(local ? [emulatedSchedules(key, ['scheduler:GetSchedule'])] : []),
  ];
}

/** What whoever hands a failed event over to the dead-letter queue may do. */
export function deadLetterPermissions(queue: IQueue, key: IKey): PolicyStatement[] {
  return [allow(queue.queueArn, ['sqs:SendMessage']), useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], ['sqs'])];
}

/** MiniStack checks every schedule as `schedule/default/NAME`, whatever its group. */
function emulatedSchedules(key: IKey, actions: string[]): PolicyStatement {
  return allow(
    Stack.of(key).formatArn({ service: 'scheduler', resource: 'schedule', resourceName: 'default/*' }),
    actions,
  );
}

/** Statement on the key that holds only when one of these services uses it on the role's behalf. */
function useKey(key: IKey, actions: string[], services: string[]): PolicyStatement {
  const { region, urlSuffix } = Stack.of(key);
  return allow(key.keyArn, actions, {
    'kms:ViaService': services.map((service) => `${service}.${region}.${urlSuffix}`),
  });
}

function allow(resource: string, actions: string[], equals?: Record<string, string | string[]>): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [resource],
    ...(equals && { conditions: { StringEquals: equals } }),
  });
}
