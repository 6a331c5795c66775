import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The real programs that tests and the local stack can run. */
export type RealService = 'keycloak' | 'ministack';

/** A real program can't be had on this machine; the message is one line that says why and what to do. */
export class UnavailableError extends Error {
  override name = 'UnavailableError';
}

const CHECKS = { keycloak: missingForKeycloak, ministack: missingForMinistack } satisfies Record<
  RealService,
  (env: NodeJS.ProcessEnv) => string | undefined
>;

/**
 * What this machine lacks to run a real service.
 *
 * @returns one line, undefined when nothing is missing
 */
export function missingFor(service: RealService, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return CHECKS[service](env);
}

/** The Java program that Keycloak's own start script would take. */
function javaProgram(env: NodeJS.ProcessEnv): string {
  return env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
}

function missingForKeycloak(env: NodeJS.ProcessEnv): string | undefined {
  const missing = [];
  if (javaVersion(env) < 17) missing.push('Java 17 or later');
  if (!works(env, 'mvn', '-v')) missing.push('Maven (mvn)');
  if (!unpacker(env)) missing.push('unzip, jar or python3');
  return sentence(missing);
}

function missingForMinistack(env: NodeJS.ProcessEnv): string | undefined {
  if (!works(env, 'python3', '--version')) return sentence(['Python 3 (python3)']);
  if (works(env, 'python3', '-c', 'import venv, ensurepip')) return undefined;
  return "Python's venv module is missing; install it, for example the package python3-venv";
}

function sentence(missing: string[]): string | undefined {
  if (missing.length === 0) return undefined;
  return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on PATH`;
}

/** The command that unpacks a zip file into the current folder, by what is installed. */
export function unpacker(env: NodeJS.ProcessEnv): ((zip: string) => [string, ...string[]]) | undefined {
  if (works(env, 'unzip', '-v')) return (zip) => ['unzip', '-q', zip];
  if (works(env, 'jar', '--version')) return (zip) => ['jar', 'xf', zip];
  if (works(env, 'python3', '--version')) return (zip) => ['python3', '-m', 'zipfile', '-e', zip, '.'];
  return undefined;
}

function javaVersion(env: NodeJS.ProcessEnv): number {
  const { stderr } = spawnSync(javaProgram(env), ['-version'], { env, encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

function works(env: NodeJS.ProcessEnv, program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { env, stdio: 'ignore' }).status === 0;
}
