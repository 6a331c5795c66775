import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ConfigurationError } from './configuration-error.ts';

/** @see [CloudFormation quotas](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html) */
const MOST_RESOURCES = 500;
const MOST_BYTES = 1_000_000;
const SPLIT = 'split the file into several prefixes';

/**
 * Counts what the CDK would refuse with a stack trace.
 *
 * @throws {ConfigurationError} when there is more than a stack holds
 */
export function assertResources(stack: Stack, credentials: number): void {
  // What lies in a nested stack counts there.
  const own = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one) && Stack.of(one) === stack);
  const count = own.length;
  if (count <= MOST_RESOURCES) return;
  throw new ConfigurationError([
    `credentials: ${credentials} of them make ${count} resources, and a stack of CloudFormation holds ${MOST_RESOURCES} (a credential makes two, with native three, and two more behind agents; an agent makes four): ${SPLIT}`,
  ]);
}

/**
 * Measures what only a deployment would refuse.
 *
 * @throws {ConfigurationError} when the template is too large
 */
export function assertTemplateSize(stack: Stack, { directory }: Pick<CloudAssembly, 'directory'>): void {
  const { size } = statSync(join(directory, stack.templateFile));
  if (size <= MOST_BYTES) return;
  throw new ConfigurationError([
    `credentials: the template has ${size} bytes, and CloudFormation takes ${MOST_BYTES}: ${SPLIT}`,
  ]);
}
