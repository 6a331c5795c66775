import { RotationError } from '../../credential/errors.ts';
import type { Account } from '../../credential/settings/placement.ts';
import { dnsSuffix } from '../aws/dns-suffix.ts';
import { type AwsKeys, signerOf } from '../aws/signer.ts';

/** Keys that end. An SDK client asks for new ones some minutes before. */
export interface EndingKeys extends AwsKeys {
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Where STS is, and as whom it is called. */
export interface AssumedRoleOptions {
  readonly region: string;
  /** STS's address. @default - that of the region */
  readonly endpoint?: string | undefined;
  readonly credentials: () => Promise<AwsKeys>;
  /** How long the call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The shortest that STS gives. A session outlives no run by much. */
const SESSION_SECONDS = 900;

/**
 * The keys of a role in another account, which is assumed with its external id. The session has the name of the credential: the
 * customer's CloudTrail tells for which one its secrets were read.
 *
 * @param credential the id of the credential for which the role is assumed
 * @returns a call that throws {@link RotationError} `store-account-refused` where the role can't be assumed, and
 *   `store-account-unavailable` where STS did not answer
 * @see [AssumeRole](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)
 * @see [External ids](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
 */
export function assumedRole(
  { roleArn, externalId }: Account,
  credential: string,
  options: AssumedRoleOptions,
): () => Promise<EndingKeys> {
  const about = `The role ${roleArn} of ${credential}`;
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: credential,
    ExternalId: externalId,
    DurationSeconds: String(SESSION_SECONDS),
  }).toString();
  return async () => {
    const { status, text } = await post(body, roleArn, options).catch((error: Error) => {
      throw away(about, error.name);
    });
    if (status === 429 || status >= 500) throw away(about, String(status));
    const keys = status === 200 ? keysIn(text) : undefined;
    if (keys) return keys;
    throw new RotationError('store-account-refused', `${about} can't be assumed: ${codeIn(text)}`);
  };
}

async function post(
  body: string,
  roleArn: string,
  { region, endpoint, credentials, timeoutMs }: AssumedRoleOptions,
): Promise<{ status: number; text: string }> {
  const [, partition] = roleArn.split(':');
  const client = await signerOf({ service: 'sts', region }, credentials);
  const request = await client.sign(endpoint ?? `https://sts.${region}.${dnsSuffix(partition)}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
    redirect: 'manual',
  });
  const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) });
  return { status: response.status, text: await response.text() };
}

/** What STS has answered. The values hold no character that XML would write in another way. */
function keysIn(xml: string): EndingKeys | undefined {
  const [accessKeyId, secretAccessKey, sessionToken, end] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map((name) => new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(xml)?.[1]);
  const expiration = new Date(end ?? Number.NaN);
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

/** STS's own code, and nothing else of what it says. */
function codeIn(xml: string): string {
  return /<Code>([A-Za-z.]{1,60})<\/Code>/.exec(xml)?.[1] ?? 'it gave no keys';
}

function away(about: string, what: string): RotationError {
  return new RotationError('store-account-unavailable', `${about} was not assumed: STS did not answer (${what})`);
}
