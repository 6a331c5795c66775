import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccessKeys, createUser } from '../../../local/real-stack/ministack/users.ts';
import { csr, type Ended, type Surroundings } from '../../cli/support/csr.ts';
import { REGION } from '../../support/real-stack.ts';
import type { Stage } from '../stage.ts';

const ACCOUNT = '000000000000';

/** An operator's own machine: a profile in AWS's configuration files, and the command line. */
export interface Operator {
  /** Runs `csr` against the deployment, signed in by the profile. */
  csr(args: readonly string[], surroundings?: Surroundings): Promise<Ended>;
  /** With what `csr` finds the deployment and the profile. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Makes a user who may do what docs/cli.md asks for, for the credentials of one customer only, and writes a profile for it.
 *
 * @param customer what the ids of its credentials begin with
 */
export async function createOperator({ prefix, aws, deployment }: Stage, customer: string): Promise<Operator> {
  const policy = mayOperate({ prefix, customer, apiId: deployment.outputs.ApiId ?? '' });
  const keys = await createUser(aws.endpoint, { name: `${prefix}-${customer}`, policy });
  const folder = await mkdtemp(join(tmpdir(), `${prefix}-${customer}-`));
  const nothing = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_REGION: undefined };
  const env = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    CSR_PREFIX: prefix,
    CSR_API_URL: deployment.apiUrl,
  };
  await writeFile(env.AWS_CONFIG_FILE, configOf(customer, aws.endpoint));
  await writeFile(env.AWS_SHARED_CREDENTIALS_FILE, keysOf(customer, keys));
  return {
    csr: (args, surroundings = {}) =>
      csr([...args, '--profile', customer], { ...surroundings, env: { ...nothing, ...env, ...surroundings.env } }),
    env,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function configOf(profile: string, endpoint: string): string {
  return `[profile ${profile}]\nregion = ${REGION}\nendpoint_url = ${endpoint}\n`;
}

function keysOf(profile: string, { accessKeyId, secretAccessKey }: AccessKeys): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

function mayOperate({ prefix, customer, apiId }: { prefix: string; customer: string; apiId: string }) {
  const allow = (Action: string | string[], ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
  const route = (rest: string) => arn('execute-api', `${apiId}/*/${rest}`);
  return {
    Version: '2012-10-17',
    Statement: [
      allow('cloudformation:DescribeStacks', arn('cloudformation', `stack/${prefix}/*`)),
      allow('execute-api:Invoke', route('GET/credentials'), route(`*/credentials/${customer}-*`)),
      allow('secretsmanager:GetSecretValue', arn('secretsmanager', `secret:${prefix}/${customer}-*`)),
      allow('secretsmanager:PutSecretValue', arn('secretsmanager', `secret:${prefix}-inbox/${customer}-*`)),
      allow(
        ['secretsmanager:PutSecretValue', 'secretsmanager:CreateSecret'],
        arn('secretsmanager', `secret:${prefix}-access/${customer}-*`),
      ),
    ],
  };
}
