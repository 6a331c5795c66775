import { RemovalPolicy } from 'aws-cdk-lib';
import type { Deployment } from '../context.ts';

/**
 * What becomes of secrets, keys, queues and logs when they leave the stack: they stay, but for a first deployment that is rolled back.
 * There they hold nothing yet, and their fixed names would block the next attempt. With `local=true` nothing stays.
 *
 * @see [DeletionPolicy](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html)
 */
export function retention({ local }: Pick<Deployment, 'local'>): RemovalPolicy {
  return local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}
