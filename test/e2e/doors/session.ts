import { AwsClient } from 'aws4fetch';
import type { AccessKeys } from '../../../local/real-stack/ministack/users.ts';

/** Credentials of a role for an hour. */
export interface Session extends AccessKeys {
  readonly sessionToken: string;
}

/**
 * Takes a role, as a host's profile makes the SDK do it.
 *
 * @param as who takes it
 * @throws {Error} with the code of AWS's refusal
 * @see [AssumeRole](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)
 */
export async function assumeRole(
  { endpoint, region, roleArn }: { endpoint: string; region: string; roleArn: string },
  as: AccessKeys,
): Promise<Session> {
  const client = new AwsClient({ ...as, service: 'sts', region, retries: 0 });
  const form = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: roleArn, RoleSessionName: 'agent' };
  const response = await client.fetch(`${endpoint}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const text = await response.text();
  const member = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
  if (!response.ok) throw new Error(`AssumeRole of ${roleArn}: ${response.status} ${member('Code')}`);
  return {
    accessKeyId: member('AccessKeyId'),
    secretAccessKey: member('SecretAccessKey'),
    sessionToken: member('SessionToken'),
  };
}
