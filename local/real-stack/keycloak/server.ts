import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progressOnStderr } from '../programs/cache.ts';
import { freePorts } from '../programs/free-ports.ts';
import { type GuardedFolder, guardedFolder } from '../programs/guarded-folder.ts';
import type { Running } from '../programs/process-group.ts';
import { buildAnew, layOut, provideKeycloak } from './distribution.ts';
import { ADMIN, type KeycloakPorts, type KeycloakTls, launch } from './launch.ts';
import { type KeycloakRelease, LATEST } from './releases.ts';

/** A real Keycloak on loopback, with a database of its own that is gone after {@link Keycloak.stop}. */
export interface Keycloak {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** `https://127.0.0.1:<port>`; undefined without {@link KeycloakOptions.tls}. */
  readonly httpsUrl: string | undefined;
  readonly adminUser: string;
  readonly adminPassword: string;
  /** The start script's process id, and its process group; another one after a restart. */
  readonly pid: number;
  /** SIGTERM, SIGKILL where that doesn't help, then the data is removed. */
  stop(): Promise<void>;
  /** SIGKILL at once; the data stays for {@link Keycloak.restart}. What was written in the last 200 ms may be lost. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it again on the same data and ports. */
  restart(): Promise<void>;
}

export interface KeycloakOptions {
  /** @default - the latest that is known */
  readonly release?: KeycloakRelease;
  /** @default - a free port */
  readonly port?: number;
  /** @default - a free port */
  readonly managementPort?: number;
  /** The certificate and key with which it also speaks https, and whose client certificates it wants. @default - it speaks http alone */
  readonly tls?: Omit<KeycloakTls, 'port'>;
  /** Aborting it stops the server, also while it starts. */
  readonly signal?: AbortSignal;
  /** @default - a line on stderr */
  readonly onProgress?: (line: string) => void;
}

/**
 * Starts a Keycloak of its own: about 8 s, the first time a minute more and a download. It never outlives this process.
 *
 * @throws {UnavailableError} when this machine lacks something or the download fails
 * @throws {Error} when it doesn't start, with its own last error
 * @see [Starting Keycloak](https://www.keycloak.org/server/configuration)
 */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<Keycloak> {
  const { signal, release = LATEST, onProgress = progressOnStderr } = options;
  const distribution = await provideKeycloak(release, onProgress);
  const ports = await choosePorts(options);
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-keycloak-'));
  try {
    const home = join(folder.path, 'home');
    await layOut(distribution, home);
    if (options.tls?.clientAuthorityFile) await buildAnew(folder, { release, home, distribution });
    const tls = options.tls && { ...options.tls, port: (await freePorts(1))[0] ?? 0 };
    const start = () => launch(folder, { release, home, ports, tls, signal });
    const keycloak = handle(folder, { ports, tls, start, first: await start() });
    signal?.addEventListener('abort', () => void keycloak.stop(), { once: true });
    return keycloak;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function choosePorts({ port, managementPort }: KeycloakOptions): Promise<KeycloakPorts> {
  const [http = 0, management = 0] = await freePorts(2);
  return { http: port ?? http, management: managementPort ?? management };
}

function handle(
  folder: GuardedFolder,
  {
    ports,
    tls,
    start,
    first,
  }: {
    ports: KeycloakPorts;
    tls: KeycloakTls | undefined;
    start: () => Promise<Running>;
    first: Running;
  },
): Keycloak {
  let server = first;
  return {
    url: `http://127.0.0.1:${ports.http}`,
    httpsUrl: tls && `https://127.0.0.1:${tls.port}`,
    adminUser: ADMIN.user,
    adminPassword: ADMIN.password,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      await server.stop();
      await folder.remove();
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start();
    },
  };
}
