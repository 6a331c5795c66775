import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';

/**
 * Accepts findings of the AwsSolutions rules on a construct and what is in it.
 *
 * @param reasons the reason, by the finding's id
 * @see [cdk-nag](https://github.com/cdklabs/cdk-nag)
 */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const rules = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(scope).acknowledge(...rules);
}

/** Accepts that a function's role is about the stack's own namespaces, and about actions for which AWS knows no resource. */
export function acknowledgeNamespaces(role: IConstruct, prefix: string): void {
  const arn = (service: string, resource: string) =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}]`;
  const many =
    'Exact ARNs of hundreds of credentials overflow the limits of IAM: it is the namespace of this stack alone.';
  const placing =
    'Lambda places a function by interfaces that have no name beforehand. The code of the function is denied them.';
  acknowledge(role, {
    [arn('ec2', 'network-interface/*')]: placing,
    [arn('ec2', 'subnet/*')]: placing,
    [arn('ec2', 'security-group/*')]: placing,
    [arn('secretsmanager', `secret:${prefix}/*`)]: many,
    [arn('secretsmanager', `secret:${prefix}-access/*`)]: many,
    [arn('secretsmanager', `secret:${prefix}-inbox/*`)]: many,
    [arn('scheduler', `schedule/${prefix}/*`)]: many,
    [arn('scheduler', `schedule/${prefix}-once/*`)]: many,
    [arn('states', `execution:${prefix}-many:*`)]:
      'Executions are named by callers, below the one state machine of this stack.',
    [arn('sqs', requestQueueName(prefix, '*'))]: many,
    [arn('sqs', replyQueueName(prefix, '*'))]: many,
    'AwsSolutions-IAM5[Resource::*]':
      'X-Ray, scheduler:ListSchedules, secretsmanager:ListSecrets and ec2:Describe… know no resources, only all of them.',
  });
}
