import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from '../service/permissions.ts';

/** What Lambda does with a function's role to place it in subnets. */
const INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
/** AWS knows no resource for these, only all of them. */
const LOOKS = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];

/**
 * What a function's role needs in a VPC. Lambda itself uses it; the code of the function may not.
 *
 * @param functionArn of the one function that has the role
 * @see [Giving Lambda functions access to a VPC](https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html)
 */
export function networkPermissions(scope: Construct, functionArn: string): PolicyStatement[] {
  const stack = Stack.of(scope);
  const all = (resource: string) => stack.formatArn({ service: 'ec2', resource, resourceName: '*' });
  return [
    allow(['network-interface', 'subnet', 'security-group'].map(all), INTERFACES),
    allow('*', LOOKS),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [...INTERFACES, ...LOOKS, 'ec2:DetachNetworkInterface'],
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    }),
  ];
}
