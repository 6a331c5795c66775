import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  allow,
  emulatedSchedules,
  type Grantable,
  publishPermission,
  tablePermissions,
  useKey,
} from '../service/permissions.ts';

/** What the grants of fleet rotations are about. */
export type ManyGrantable = Pick<Grantable, 'names' | 'key' | 'local'> & { readonly bucket: Bucket };

/** Only what belongs to fleet rotations. */
const OWN = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['many#*'] } };

/** What the function may do: read who there is, note who was chosen and how it ended, and publish. It reads no secret and calls no system. */
export function manyPermissions({ names, key, local, bucket }: ManyGrantable): PolicyStatement[] {
  return [
    // AWS knows no resource for this action, a schedule group included.
    allow('*', ['scheduler:ListSchedules']),
    allow(names.recurringSchedules, ['scheduler:GetSchedule']),
    useKey(key, ['kms:Decrypt', 'kms:DescribeKey'], 'scheduler'),
    ...tablePermissions({ names, key }, ['Query', 'GetItem', 'UpdateItem', 'BatchWriteItem'], local ? undefined : OWN),
    allow(bucket.arnForObjects('*'), ['s3:PutObject']),
    useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], 's3'),
    publishPermission(names),
    ...(local ? [emulatedSchedules(key, ['scheduler:GetSchedule'])] : []),
  ];
}

/**
 * What the state machine may do: run child executions of its own, invoke the two functions, note what becomes of a credential, read the
 * lists and leave results.
 *
 * @see [Policies for a distributed map](https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html)
 */
export function stateMachinePermissions({ names, key, local, bucket }: ManyGrantable): PolicyStatement[] {
  const { rotate, many } = names.functions;
  const { arn, executions } = names.fleetRotations;
  return [
    allow([rotate.arn, many.arn], ['lambda:InvokeFunction']),
    allow(arn, ['states:StartExecution']),
    allow(executions, ['states:DescribeExecution', 'states:StopExecution']),
    ...tablePermissions({ names, key }, ['UpdateItem'], local ? undefined : OWN),
    allow(bucket.arnForObjects('*'), [
      's3:GetObject',
      's3:PutObject',
      's3:ListMultipartUploadParts',
      's3:AbortMultipartUpload',
    ]),
    useKey(key, ['kms:Decrypt', 'kms:GenerateDataKey'], 's3'),
  ];
}
