import { failed } from '../errors.ts';
import { awsFailure } from './failure.ts';
import type { Session } from './session.ts';

/**
 * Where the API of a deployment answers, as the stack itself says it.
 *
 * @param prefix the stack's name
 * @returns without a slash at the end
 * @throws {CliError} when there is no such stack, or it has no such output
 */
export async function findApiUrl(prefix: string, session: Session): Promise<string> {
  const region = await session.region();
  await session.keys();
  const client = await session.cloudFormation();
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const to = `describe the stack ${prefix} in ${region}`;
  const elsewhere = `Name the stack with --prefix and its region with --region, or the API with --api-url.`;
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: prefix }));
    const url = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ApiUrl')?.OutputValue;
    if (url !== undefined) return url.replace(/\/$/, '');
  } catch (error) {
    throw awsFailure(error, { to, next: { ValidationError: elsewhere } });
  }
  throw failed({ what: `The stack ${prefix} in ${region} has no output ApiUrl`, next: elsewhere });
}
