import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { progressOnStderr } from '../programs/cache.ts';
import { freePorts } from '../programs/free-ports.ts';
import { type GuardedFolder, guardedFolder } from '../programs/guarded-folder.ts';
import type { Running } from '../programs/process-group.ts';
import { provideVenv } from '../programs/venv.ts';
import { type AccessKeys, createUser } from './users.ts';

const MINISTACK = { name: 'MiniStack', package: 'ministack[full]', version: '1.5.33' } as const;

/** A MiniStack on loopback: AWS's APIs with IAM enforced, in memory. */
export interface Ministack {
  /** The endpoint of every service: `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** The process id, and the process group of it and its Lambda workers. */
  readonly pid: number;
  /** Creates an IAM user with just this policy. */
  createUser(name: string, policy: object): Promise<AccessKeys>;
  /** SIGTERM, SIGKILL where that doesn't help, workers included; all its data goes. */
  stop(): Promise<void>;
}

export interface MinistackOptions {
  /** @default - a free port */
  readonly port?: number;
  /** The folder with the `node` that runs Lambda functions. @default - the one of this process */
  readonly nodePath?: string;
  /** The region of what MiniStack starts by itself; a request's own region is in its signature. @default us-east-1 */
  readonly region?: string;
  /** Added to MiniStack's environment, and so to that of every function. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default - a line on stderr */
  readonly onProgress?: (line: string) => void;
}

/**
 * Starts a MiniStack of its own: less than a second, the first time an installation. It never outlives this process.
 *
 * @throws {UnavailableError} when this machine lacks something or the installation fails
 * @throws {Error} when it doesn't start, with its own last error
 */
export async function startMinistack(options: MinistackOptions = {}): Promise<Ministack> {
  const environment = await provideVenv(MINISTACK, options.onProgress ?? progressOnStderr);
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-ministack-'));
  try {
    const url = `http://127.0.0.1:${port}`;
    const server = await launch(folder, { environment, port, options });
    await ready(server, url);
    const stop = async () => {
      await server.stop(3_000);
      await folder.remove();
    };
    return { url, pid: server.pid, createUser: (name, policy) => createUser(url, { name, policy }), stop };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function launch(
  folder: GuardedFolder,
  { environment, port, options }: { environment: string; port: number; options: MinistackOptions },
): Promise<Running> {
  const { nodePath = dirname(process.execPath), region = 'us-east-1', env = {} } = options;
  const state = join(folder.path, 'state');
  await mkdir(state);
  // Functions inherit this environment, so it holds nothing of the host's but the PATH.
  const own = {
    PATH: [nodePath, process.env.PATH].join(delimiter),
    HOME: folder.path,
    TMPDIR: folder.path,
    STATE_DIR: state,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: '127.0.0.1',
    MINISTACK_REGION: region,
    AUTH: 'true',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
  const program = join(environment, 'bin', 'python3');
  return await folder.start({ program, args: ['-m', 'ministack'], env: { ...own, ...env } });
}

async function ready(server: Running, url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isReady(url))) {
    if (!server.isAlive()) throw new Error(`MiniStack ended while starting: ${await server.lastWords()}`);
    if (Date.now() > deadline) throw new Error('MiniStack was not ready after 30 seconds; is the machine overloaded?');
    await sleep(50);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/_ministack/health`);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
