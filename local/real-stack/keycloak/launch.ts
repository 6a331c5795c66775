import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { GuardedFolder } from '../programs/guarded-folder.ts';
import type { Command, Running } from '../programs/process-group.ts';
import type { KeycloakRelease } from './releases.ts';

/** The bootstrap administrator of every local server; loopback only, and its data lives no longer than the server. */
export const ADMIN = { user: 'admin', password: 'admin' } as const;

export interface KeycloakPorts {
  readonly http: number;
  readonly management: number;
}

/** What a server shows to whoever calls it by https, and where. */
export interface KeycloakTls {
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /**
   * Authorities, in a file that ends with `.pem`: nobody is let in without a client certificate of one. Keycloak is built for that,
   * which takes 20 s. @default - it asks for none
   */
  readonly clientAuthorityFile?: string;
}

// Fine-grained admin permissions v2 need no mention: they are on by default.
const OPTIONS = {
  build: ['--db=dev-file', '--features=client-secret-rotation', '--health-enabled=true'],
  start: ['--optimized', '--http-enabled=true', '--http-host=127.0.0.1', '--hostname-strict=false'],
} as const;

function optionsOf({ cacheOption }: KeycloakRelease, command: 'build' | 'start'): string[] {
  return [...OPTIONS[command], ...(command === cacheOption ? ['--cache=local'] : [])];
}

/**
 * Prepares a distribution for quick starts.
 *
 * @param options.clientCertificates whether it lets in by https whoever shows a certificate, and nobody else
 * @see [Mutual TLS](https://www.keycloak.org/server/mutual-tls)
 */
export function buildCommand(
  release: KeycloakRelease,
  home: string,
  { clientCertificates = false }: { clientCertificates?: boolean } = {},
): Command {
  const required = clientCertificates ? ['--https-client-auth=required'] : [];
  return script(release, home, { args: ['build', ...optionsOf(release, 'build'), ...required] });
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
    tls?: KeycloakTls | undefined;
    bootstrap?: boolean;
    signal?: AbortSignal | undefined;
  },
): Promise<Running> {
  const { release, home, ports, tls, bootstrap = false, signal } = options;
  const { managementPort, adminVariables } = release;
  const args = [
    `--http-port=${ports.http}`,
    ...(managementPort ? [`--http-management-port=${ports.management}`] : []),
    ...(tls ? tlsArguments(tls) : []),
  ];
  const admin = { [adminVariables.user]: ADMIN.user, [adminVariables.password]: ADMIN.password };
  const env = bootstrap ? admin : {};
  const server = await folder.start(
    script(release, home, { args: ['start', ...optionsOf(release, 'start'), ...args], env }),
  );
  await ready(server, managementPort ? ports.management : ports.http, signal);
  return server;
}

function tlsArguments({ port, certificateFile, keyFile, clientAuthorityFile }: KeycloakTls): string[] {
  return [
    `--https-port=${port}`,
    `--https-certificate-file=${certificateFile}`,
    `--https-certificate-key-file=${keyFile}`,
    ...(clientAuthorityFile ? [`--https-trust-store-file=${clientAuthorityFile}`] : []),
    // The port for health would speak TLS as well.
    '--http-management-scheme=http',
  ];
}

/** The host's KC_ and JAVA_OPTS variables are left out: they would change the server. */
function script(
  { shell }: KeycloakRelease,
  home: string,
  { args, env: extra = {} }: { args: string[]; env?: NodeJS.ProcessEnv },
): Command {
  const { PATH, HOME, JAVA_HOME } = process.env;
  const env = {
    ...{ PATH, HOME, JAVA_HOME },
    // It takes what it needs: forty realms with four hundred clients come to a standstill within 256 MB.
    JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx1g',
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
