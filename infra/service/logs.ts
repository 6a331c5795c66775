import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import { retention } from './retention.ts';

/** What a log group is made of. */
export interface LogsProps {
  readonly deployment: Deployment;
  readonly key: Key;
  readonly logGroupName: string;
}

/** A log group that keeps half a year, encrypted with the stack's key, which {@link allowLogs} has to allow. */
export function encryptedLogs(scope: Construct, id: string, { deployment, key, logGroupName }: LogsProps): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName,
    encryptionKey: key,
    retention: RetentionDays.SIX_MONTHS,
    removalPolicy: retention(deployment),
  });
}

/**
 * Lets CloudWatch Logs use the key for the log groups of the stack.
 *
 * @see [Encrypt log data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html)
 */
export function allowLogs(key: Key, groupNames: readonly string[]): void {
  const stack = Stack.of(key);
  const arns = groupNames.map((resourceName) =>
    stack.formatArn({ service: 'logs', resource: 'log-group', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
      ],
      resources: ['*'],
      conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': arns } },
    }),
  );
}
