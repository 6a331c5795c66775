import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { acknowledge } from './faults/findings.ts';

/**
 * Makes a stack that can be synthesized and not deployed. It has a parameter without a default, so `cdk deploy` refuses it before it
 * changes anything; and no value matches the parameter's pattern, so CloudFormation refuses it too, whoever hands the template in.
 *
 * @see [Parameters](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html)
 */
export function forbidDeployment(stack: Stack): void {
  new CfnParameter(stack, 'TheExampleCanNotBeDeployed', {
    type: 'String',
    description: 'The customers of credentials.example.json do not exist. Deploy a fleet file of your own.',
    allowedPattern: '[^\\s\\S]',
    constraintDescription: 'there is no value for it: deploy a fleet file of your own',
  });
  acknowledge(stack, {
    'CloudFormation-Validate::W2001': 'Nothing refers to it: that it has no value is all it is for.',
  });
}
