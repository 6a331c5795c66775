import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';

/** Credentials in the form that every AWS SDK client takes. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** MiniStack never checks these: they are allowed everything. */
export const ROOT_KEYS: AccessKeys = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * Creates an IAM user whose requests MiniStack really checks against the policy.
 *
 * @param options.policy the user's only policy, as an object; without one everything is denied
 * @throws {EntityAlreadyExistsException} when the name is taken
 */
export async function createUser(
  endpoint: string,
  { name, policy }: { name: string; policy?: object },
): Promise<AccessKeys> {
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: ROOT_KEYS });
  try {
    await iam.send(new CreateUserCommand({ UserName: name }));
    if (policy) await iam.send(new PutUserPolicyCommand(inline(name, policy)));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  } finally {
    iam.destroy();
  }
}

function inline(name: string, policy: object) {
  return { UserName: name, PolicyName: name, PolicyDocument: JSON.stringify(policy) };
}
