import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Where browsers are that speak the protocol by which tests drive one. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
] as const;

/** The machine, as far as finding a browser is concerned. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  canRun(path: string): boolean;
  /** Runs a program to its end. @throws {Error} when it is not there, or fails */
  run(program: string, ...args: string[]): void;
}

/** A browser, or why this machine has none. */
export type Found = { readonly path: string } | { readonly unavailable: string };

const PACKAGE = 'chromium';

/**
 * Finds Chromium: the one that `CHROME_PATH` names, or one in an ordinary place. Where there is none, root installs the package of a
 * Debian-like distribution.
 */
export function findChromium(machine: Machine = thisMachine()): Found {
  const { env, isRoot, canRun } = machine;
  const named = env.CHROME_PATH;
  if (named) return canRun(named) ? { path: named } : { unavailable: `CHROME_PATH: ${named} can not be run` };
  const present = PLACES.find(canRun);
  if (present) return { path: present };
  if (!isRoot) return { unavailable: 'Chromium is not installed: install it, or set CHROME_PATH' };
  const fault = install(machine);
  const installed = PLACES.find(canRun);
  return installed
    ? { path: installed }
    : { unavailable: `Chromium could not be installed: ${fault ?? 'it is not there'}` };
}

/** @returns what went wrong */
function install({ run }: Machine): string | undefined {
  const get = () => run('apt-get', 'install', '-y', '--no-install-recommends', PACKAGE);
  try {
    run('apt-get', 'update');
    get();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

function thisMachine(): Machine {
  return {
    env: process.env,
    isRoot: process.getuid?.() === 0,
    canRun: (path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
    run: (program, ...args) =>
      void execFileSync(program, args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }),
  };
}
