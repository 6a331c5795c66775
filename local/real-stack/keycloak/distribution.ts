import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { provide } from '../programs/cache.ts';
import { freePorts } from '../programs/free-ports.ts';
import type { GuardedFolder } from '../programs/guarded-folder.ts';
import { missingFor, UnavailableError, unpacker } from '../programs/prerequisites.ts';
import type { Running } from '../programs/process-group.ts';
import type { KeycloakRelease } from './releases.ts';

/** The bootstrap administrator of every local server; loopback only, and its data lives no longer than the server. */
export const ADMIN = { user: 'admin', password: 'admin' } as const;

export interface KeycloakPorts {
  readonly http: number;
  readonly management: number;
}

/**
 * The built distribution with a database template, from the cache or made now: a download of 170 MB and about a minute.
 *
 * @returns a folder with `keycloak/`, never written to again, and `data/`, which each server copies
 * @throws {UnavailableError} when this machine lacks something or the download fails
 */
export async function provideKeycloak(release: KeycloakRelease, onProgress: (line: string) => void): Promise<string> {
  return await provide(`keycloak-${release.version}`, (folder) => build(folder, release, onProgress));
}

async function build(
  folder: GuardedFolder,
  release: KeycloakRelease,
  onProgress: (line: string) => void,
): Promise<void> {
  const { version } = release;
  const missing = missingFor('keycloak');
  if (missing) throw new UnavailableError(missing);
  onProgress(`Keycloak ${version}: downloading 170 MB (once)`);
  await download(folder, version);
  onProgress(`Keycloak ${version}: building (once)`);
  await rename(join(folder.path, `keycloak-${version}`), join(folder.path, 'keycloak'));
  await mkdir(join(folder.path, 'keycloak', 'data'));
  await folder.run(script(release, join(folder.path, 'keycloak'), { args: ['build', ...optionsOf(release, 'build')] }));
  onProgress(`Keycloak ${version}: making its database (once)`);
  await makeDatabase(folder, release);
}

// Fine-grained admin permissions v2 need no mention: they are on by default.
const OPTIONS = {
  build: ['--db=dev-file', '--features=client-secret-rotation', '--health-enabled=true'],
  start: ['--optimized', '--http-enabled=true', '--http-host=127.0.0.1', '--hostname-strict=false'],
} as const;

function optionsOf({ cacheOption }: KeycloakRelease, command: 'build' | 'start'): string[] {
  return [...OPTIONS[command], ...(command === cacheOption ? ['--cache=local'] : [])];
}

async function download(folder: GuardedFolder, version: string): Promise<void> {
  const flags = ['-q', '-B', '-Dstyle.color=never'];
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  const args = [...flags, 'dependency:copy', `-Dartifact=${artifact}`, '-DoutputDirectory=.'];
  const [program = '', ...unpack] = unpacker(process.env)?.(`keycloak-quarkus-dist-${version}.zip`) ?? [];
  try {
    await folder.run({ program: 'mvn', args, env: process.env });
    await folder.run({ program, args: unpack, env: process.env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new UnavailableError(`Keycloak could not be downloaded (check that Maven reaches a repository): ${reason}`);
  }
  await rm(join(folder.path, `keycloak-quarkus-dist-${version}.zip`));
}

async function makeDatabase(folder: GuardedFolder, release: KeycloakRelease): Promise<void> {
  const home = join(folder.path, 'keycloak');
  const [http = 0, management = 0] = await freePorts(2);
  const server = await launch(folder, { release, home, ports: { http, management }, bootstrap: true });
  await server.stop();
  await rename(join(home, 'data'), join(folder.path, 'data'));
}

/** Makes a Keycloak home that shares everything with the distribution except its data, and needs 2 MB. */
export async function layOut(distribution: string, home: string): Promise<void> {
  await mkdir(join(home, 'bin'), { recursive: true });
  // The start script takes the folder above its own, links followed, as the home: so the script itself is a copy.
  await cp(join(distribution, 'keycloak', 'bin', 'kc.sh'), join(home, 'bin', 'kc.sh'));
  for (const name of ['lib', 'conf', 'providers', 'themes', 'version.txt']) {
    await symlink(join(distribution, 'keycloak', name), join(home, name));
  }
  await cp(join(distribution, 'data'), join(home, 'data'), { recursive: true });
}

/**
 * Starts a server and waits until it is ready.
 *
 * @param options.bootstrap whether the database is empty and the administrator has to be made
 * @throws {Error} with the server's last error when it ends, or isn't ready within 2 minutes
 */
export async function launch(
  folder: GuardedFolder,
  options: {
    release: KeycloakRelease;
    home: string;
    ports: KeycloakPorts;
    bootstrap?: boolean;
    signal?: AbortSignal | undefined;
  },
): Promise<Running> {
  const { release, home, ports, bootstrap = false, signal } = options;
  const { managementPort, adminVariables } = release;
  const args = [`--http-port=${ports.http}`, ...(managementPort ? [`--http-management-port=${ports.management}`] : [])];
  const admin = { [adminVariables.user]: ADMIN.user, [adminVariables.password]: ADMIN.password };
  const env = bootstrap ? admin : {};
  const server = await folder.start(
    script(release, home, { args: ['start', ...optionsOf(release, 'start'), ...args], env }),
  );
  await ready(server, managementPort ? ports.management : ports.http, signal);
  return server;
}

/** The host's KC_ and JAVA_OPTS variables are left out: they would change the server. */
function script(
  { shell }: KeycloakRelease,
  home: string,
  { args, env: extra = {} }: { args: string[]; env?: NodeJS.ProcessEnv },
) {
  const { PATH, HOME, JAVA_HOME } = process.env;
  const env = {
    ...{ PATH, HOME, JAVA_HOME },
    JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx256m',
    // Starts a third faster: the server doesn't live long enough for the optimising compiler to pay off.
    JAVA_OPTS_APPEND: `-XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.io.tmpdir=${join(home, 'data')}`,
    ...extra,
  };
  return { program: shell, args: [join(home, 'bin', 'kc.sh'), ...args], env };
}

async function ready(server: Running, healthPort: number, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await isReady(healthPort))) {
    signal?.throwIfAborted();
    if (!server.isAlive()) throw new Error(`Keycloak ended while starting: ${await server.lastWords()}`);
    if (Date.now() > deadline) throw new Error('Keycloak was not ready after 2 minutes; is the machine overloaded?');
    await sleep(100);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/health/ready`);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
