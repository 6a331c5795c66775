import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JwtSettings } from '../../infra/service/jwt.ts';
import { type AccessKeys, ROOT_KEYS } from './ministack/users.ts';
import { type GuardedFolder, guardedFolder } from './programs/guarded-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** MiniStack's only account. */
const ACCOUNT = '000000000000';

/** Where and as whom to deploy. */
export interface DeploymentPlace {
  /** MiniStack's origin. */
  readonly aws: string;
  readonly region: string;
  /** An administrator's. @default - MiniStack's root keys */
  readonly keys?: AccessKeys;
}

/** What to deploy there. */
export interface DeploymentOptions extends DeploymentPlace {
  /** The fleet file, or a folder of them. */
  readonly credentials: string;
  /** The stack's name. */
  readonly prefix: string;
  /** Where the functions find Secrets Manager. */
  readonly secretsManagerEndpoint: string;
  /** Context `timeouts`. @default - those of a local deployment */
  readonly timeouts?: Readonly<Record<string, string>>;
  /** Context `jwt`. @default - calls are signed */
  readonly jwt?: JwtSettings;
  /** Context `repair`. @default false */
  readonly repair?: boolean;
  /** The folder for what is synthesized. @default - one that is removed afterwards */
  readonly output?: string;
  readonly onProgress?: (line: string) => void;
}

/** Stacks that stand. */
export interface Deployment {
  /** Those of the service's stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Where the API answers on MiniStack, without a slash at the end. */
  readonly apiUrl: string;
}

/**
 * Bootstraps MiniStack: once, before anything is deployed to it. Needs nothing of the app, so that nothing is synthesized.
 *
 * @throws {Error} with the last lines of the CDK's output when it fails
 */
export async function bootstrap(place: DeploymentPlace): Promise<void> {
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-cdk-'));
  try {
    await cdk(folder, place, { args: ['bootstrap', `aws://${ACCOUNT}/${place.region}`], cwd: folder.path });
  } finally {
    await folder.remove();
  }
}

/**
 * Deploys the stacks as they are, with context `local=true`, to a MiniStack that was bootstrapped.
 *
 * @throws {Error} with the last lines of the CDK's output when it fails
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { aws, prefix, credentials, secretsManagerEndpoint, timeouts, jwt, repair, onProgress = () => {} } = options;
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-cdk-'));
  const { output = join(folder.path, 'out') } = options;
  try {
    const context = Object.entries({
      local: 'true',
      prefix,
      credentials,
      secretsManagerEndpoint,
      ...(timeouts ? { timeouts: JSON.stringify(timeouts) } : {}),
      ...(jwt ? { jwt: JSON.stringify(jwt) } : {}),
      ...(repair ? { repair: 'true' } : {}),
    });
    const flags = ['-o', output, ...context.flatMap(([key, value]) => ['-c', `${key}=${value}`])];
    onProgress('cdk deploy');
    const file = join(folder.path, 'outputs.json');
    const args = ['deploy', '--all', '--require-approval', 'never', '--outputs-file', file, ...flags];
    await cdk(folder, options, { args, cwd: ROOT });
    const outputs = (JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string>>)[prefix] ?? {};
    return { outputs, apiUrl: `${aws}/_aws/execute-api/${outputs.ApiId}/$default` };
  } finally {
    await folder.remove();
  }
}

async function cdk(
  folder: GuardedFolder,
  { aws, region, keys = ROOT_KEYS }: DeploymentPlace,
  { args, cwd }: { args: readonly string[]; cwd: string },
): Promise<void> {
  const env = {
    HOME: process.env.HOME,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_S3: aws,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
  const program = process.execPath;
  await folder.run({ program, args: [CDK, ...args], env, cwd }).catch(async () => {
    const output = await readFile(join(folder.path, `${basename(program)}.log`), 'utf8');
    throw new Error(`cdk ${args[0]} failed:\n${output.trim().split('\n').slice(-30).join('\n')}`);
  });
}
