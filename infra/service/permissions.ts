import { Stack } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { EVENT_SOURCE } from '../../functions/credential/published/vocabulary.ts';
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
  /** Whether an IAM is changed by a person, who submits secrets to an inbox. */
  readonly inboxes: boolean;
  /** Whether connectors are reached by agents. */
  readonly agents: boolean;
  /** The keys with which the rotator signs in to IAMs: ARNs. */
  readonly signers: readonly string[];
}

/** What `rotate` and `retire` may do with a credential's secret. Its description tells when it was changed, and what its settings are. */
const CHANGE_SECRET = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

/** What `rotate` may do. */
export function rotatePermissions(grantable: Grantable): PolicyStatement[] {
  return [
    ...changerPermissions(grantable),
    ...(grantable.native ? nativePermissions(grantable) : []),
    ...(grantable.inboxes ? [inboxPermission(grantable)] : []),
  ];
}

/** A submitted secret is read, and the inbox is emptied. */
function inboxPermission({ names }: Grantable): PolicyStatement {
  return allow(names.inboxes, [
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ]);
}

/**
 * Whoever calls RotateSecret has to be allowed to invoke the secret's rotation function. A run names no function, so the condition
 * holds only where one is named: it can't register another one.
 *
 * @see [Permissions for rotation](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions.html)
 */
function nativePermissions({ names }: Grantable): PolicyStatement[] {
  const { arn } = names.functions.rotate;
  const only = { StringEqualsIfExists: { 'secretsmanager:RotationLambdaARN': arn } };
  return [allow(names.credentialSecrets, ['secretsmanager:RotateSecret'], only), allow(arn, ['lambda:InvokeFunction'])];
}

/** What `retire` may do. */
export function retirePermissions(grantable: Grantable): PolicyStatement[] {
  return changerPermissions(grantable);
}

/** Both read settings, sign in with access secrets, move labels, ask people, and plan what comes later. */
function changerPermissions(grantable: Grantable): PolicyStatement[] {
  const { names, key, schedulerRoleArn, local } = grantable;
  return [
    allow(names.credentialSecrets, CHANGE_SECRET),
    allow(names.accessSecrets, ['secretsmanager:GetSecretValue']),
    ...signPermissions(grantable),
    useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], 'secretsmanager'),
    ...scheduleKeyPermissions(grantable, names.onceSchedules),
    allow(names.recurringSchedules, ['scheduler:GetSchedule']),
    allow(names.onceSchedules, ['scheduler:CreateSchedule']),
    passSchedulerRole(schedulerRoleArn),
    ...tablePermissions(
      grantable,
      ['Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
      local ? undefined : noItems('audit#*', 'many#*'),
    ),
    publishPermission(names),
    ...(grantable.agents ? linePermissions(names) : []),
    ...(local ? [emulatedSchedules(key, ['scheduler:GetSchedule', 'scheduler:CreateSchedule'])] : []),
  ];
}

/**
 * Whoever reaches an IAM signs in there with a key, where there is one: nothing but text that KMS hashes itself, and in one way.
 *
 * @see [Condition keys for KMS](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html)
 */
function signPermissions({ signers, local }: Grantable): PolicyStatement[] {
  if (signers.length === 0) return [];
  const one = { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' } };
  // An emulator doesn't know the conditions.
  return [allow(signers, ['kms:Sign'], local ? undefined : one)];
}

/** Every event of a call: a call may hold several. */
export function publishPermission({ eventBus }: Names): PolicyStatement {
  return allow(eventBus, ['events:PutEvents'], { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE } });
}

/** Whoever writes a schedule hands it the role with which Scheduler calls the functions. */
function passSchedulerRole(arn: string): PolicyStatement {
  return allow(arn, ['iam:PassRole'], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
}

/** Both ask agents. The key of the queues is that of the dead letters. */
function linePermissions({ requestQueues, replyQueues }: Names): PolicyStatement[] {
  return [
    allow(requestQueues, ['sqs:SendMessage']),
    allow(replyQueues, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']),
  ];
}

/** What an agent is about. */
export interface AgentGrants {
  readonly key: IKey;
  /** The ARN of its own queue. */
  readonly requests: string;
  /** ARNs: the queues of replies and the secrets of its own credentials. */
  readonly replies: readonly string[];
  readonly secrets: readonly string[];
  /** Leaves out a condition that an emulator doesn't know. */
  readonly local: boolean;
}

/** What an agent may do: take requests from its own queue, reply to its own credentials, and read exactly their secrets. */
export function agentPermissions({ key, requests, replies, secrets, local }: AgentGrants): PolicyStatement[] {
  const take = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl'];
  const own = allow(requests, take);
  if (secrets.length === 0) return [own, useKey(key, ['kms:Decrypt'], 'sqs')];
  // One version that is named, never whatever is current.
  const named = local ? undefined : { Null: { 'secretsmanager:VersionId': 'false' } };
  return [
    own,
    allow(replies, ['sqs:SendMessage', 'sqs:GetQueueUrl']),
    useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], 'sqs'),
    allow(secrets, ['secretsmanager:GetSecretValue'], named),
    useKey(key, ['kms:Decrypt'], 'secretsmanager'),
  ];
}

/**
 * Settings are read from encrypted schedules, and the schedules that are written are encrypted with the same key.
 *
 * @see [CreateSchedule with a key of one's own](https://docs.aws.amazon.com/scheduler/latest/UserGuide/security_iam_id-based-policy-examples.html)
 */
function scheduleKeyPermissions({ key }: Grantable, schedules: string): PolicyStatement[] {
  const those = { StringLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': schedules } };
  return [
    useKey(key, ['kms:Decrypt', 'kms:DescribeKey'], 'scheduler'),
    useKey(key, ['kms:GenerateDataKey'], 'scheduler', those),
  ];
}

/**
 * The table's items are read and written. DynamoDB uses the table's key as its caller.
 *
 * @see [Permissions for a key of one's own](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html)
 */
export function tablePermissions(
  { names, key }: Pick<Grantable, 'names' | 'key'>,
  actions: readonly string[],
  conditions?: Conditions,
): PolicyStatement[] {
  return [
    allow(
      names.table.arn,
      actions.map((action) => `dynamodb:${action}`),
      conditions,
    ),
    useKey(key, TABLE_KEY, 'dynamodb'),
  ];
}

/**
 * No item with one of these partition keys.
 *
 * @see [Conditions on partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html)
 */
function noItems(...keys: string[]): Conditions {
  return { 'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': keys } };
}

/** What AWS's own grants on a table with a key hold, without wildcards. */
const TABLE_KEY = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** What the API may do: start a rotation, or many, say where things stand, change a schedule, and note requests and a person's word. It can't read a secret's value. */
export function apiPermissions(grantable: Grantable): PolicyStatement[] {
  const { names, key, schedulerRoleArn, local } = grantable;
  return [
    allow(names.functions.rotate.arn, ['lambda:InvokeFunction']),
    allow(names.fleetRotations.arn, ['states:StartExecution']),
    allow(names.fleetRotations.executions, ['states:DescribeExecution']),
    allow(names.credentialSecrets, ['secretsmanager:ListSecretVersionIds']),
    allow(names.recurringSchedules, ['scheduler:GetSchedule', 'scheduler:UpdateSchedule']),
    passSchedulerRole(schedulerRoleArn),
    // AWS knows no resource for these actions, a schedule group included. Neither tells a value.
    allow('*', ['scheduler:ListSchedules', 'secretsmanager:ListSecrets']),
    ...tablePermissions(grantable, ['Query', 'GetItem', 'BatchGetItem']),
    // It tells what audits have found, and adds nothing to it.
    allow(
      names.table.arn,
      ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      local ? undefined : noItems('audit#*'),
    ),
    // For the settings in a schedule only: never through Secrets Manager.
    ...scheduleKeyPermissions(grantable, names.recurringSchedules),
    ...(local ? [emulatedSchedules(key, ['scheduler:GetSchedule', 'scheduler:UpdateSchedule'])] : []),
  ];
}

/**
 * What `audit` may do: read what a run reads, write its own records, and publish. With `repair` it may also plan a run.
 *
 * @see [Conditions on partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html)
 */
export function auditPermissions(grantable: Grantable, repair: boolean): PolicyStatement[] {
  const { names, key, local, inboxes, agents } = grantable;
  const read = ['secretsmanager:GetSecretValue'];
  const own = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit#*'] } };
  return [
    allow(names.credentialSecrets, [...read, 'secretsmanager:ListSecretVersionIds', 'secretsmanager:DescribeSecret']),
    allow(names.accessSecrets, read),
    ...signPermissions(grantable),
    ...(inboxes ? [allow(names.inboxes, read)] : []),
    useKey(key, ['kms:Decrypt'], 'secretsmanager'),
    useKey(key, ['kms:Decrypt', 'kms:DescribeKey'], 'scheduler'),
    allow([names.recurringSchedules, names.onceSchedules], ['scheduler:GetSchedule']),
    // AWS knows no resource for this action, a schedule group included.
    allow('*', ['scheduler:ListSchedules']),
    ...tablePermissions(grantable, ['Query', 'GetItem']),
    allow(names.table.arn, ['dynamodb:PutItem'], local ? undefined : own),
    publishPermission(names),
    ...(agents ? linePermissions(names) : []),
    ...(repair ? planPermissions(grantable) : []),
    ...(local
      ? [emulatedSchedules(key, ['scheduler:GetSchedule', ...(repair ? ['scheduler:CreateSchedule'] : [])])]
      : []),
  ];
}

/** A run is planned as an encrypted schedule that fires once. */
function planPermissions({ names, key, schedulerRoleArn }: Grantable): PolicyStatement[] {
  const those = { StringLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': names.onceSchedules } };
  return [
    allow(names.onceSchedules, ['scheduler:CreateSchedule']),
    useKey(key, ['kms:GenerateDataKey'], 'scheduler', those),
    passSchedulerRole(schedulerRoleArn),
  ];
}

/** What whoever hands a failed event over to the dead-letter queue may do. */
export function deadLetterPermissions(queue: IQueue, key: IKey): PolicyStatement[] {
  return [allow(queue.queueArn, ['sqs:SendMessage']), useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], 'sqs')];
}

/** MiniStack checks every schedule as `schedule/default/NAME`, whatever its group. */
export function emulatedSchedules(key: IKey, actions: string[]): PolicyStatement {
  return allow(
    Stack.of(key).formatArn({ service: 'scheduler', resource: 'schedule', resourceName: 'default/*' }),
    actions,
  );
}

/** Statement on the key that holds only when a service uses it on the role's behalf. */
export function useKey(key: IKey, actions: string[], service: string, more: Conditions = {}): PolicyStatement {
  const { region, urlSuffix } = Stack.of(key);
  return allow(key.keyArn, actions, {
    StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` },
    ...more,
  });
}

export function allow(
  resource: string | readonly string[],
  actions: string[],
  conditions?: Conditions,
): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource].flat(), ...(conditions && { conditions }) });
}
