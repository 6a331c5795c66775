import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FleetProgress } from '../../functions/many/progress.ts';
import type { StackDescription } from '../../local/real-stack/stack.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Functions that two processors carry beside Keycloak and the emulator. */
export const AT_ONCE = 6;

/** What one command took, and what came of it. */
export interface Commanded {
  readonly progress: FleetProgress;
  readonly exit: number;
  readonly ms: number;
  /** The most memory that the command had. */
  readonly megabytes: number;
}

/**
 * Runs `csr rotate` for many, and waits for the end of the fleet rotation.
 *
 * @throws {Error} with what it wrote, where it printed no result
 */
export async function rotateMany(
  { aws, apiUrl, secretPrefix, operator }: StackDescription,
  args: readonly string[],
): Promise<Commanded> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_REGION: aws.region,
    AWS_ENDPOINT_URL: aws.endpoint,
    CSR_PREFIX: secretPrefix,
    CSR_API_URL: apiUrl,
  };
  const begun = performance.now();
  const child = fork(
    resolve(ROOT, 'cli/main.ts'),
    ['rotate', '--all', '--yes', '--json', '--concurrency', String(AT_ONCE), ...args],
    {
      env,
      execArgv: ['--import', resolve(import.meta.dirname, '../processes/exit-report.ts')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  if (!child.stdout || !child.stderr) throw new Error('csr has no output');
  let megabytes = 0;
  child.on('message', (told: number) => {
    megabytes = told;
  });
  const closed = once(child, 'close') as Promise<[number]>;
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (!stdout.startsWith('{')) throw new Error(`csr rotate ended with ${exit}: ${stdout}${stderr}`);
  return { progress: JSON.parse(stdout) as FleetProgress, exit, ms: performance.now() - begun, megabytes };
}
