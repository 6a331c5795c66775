import { join } from 'node:path';
import { provide } from './cache.ts';
import type { GuardedFolder } from './guarded-folder.ts';
import { missingFor, UnavailableError } from './prerequisites.ts';

/** A Python program of a package index. */
export interface PythonProgram {
  /** For people: `MiniStack`. */
  readonly name: string;
  /** What pip installs, without the version: `ministack[full]`. */
  readonly package: string;
  readonly version: string;
}

/**
 * A virtual environment with one program, kept in the cache of downloaded programs.
 *
 * @param onProgress hears of an installation
 * @returns its folder, with `bin/python3`
 * @throws {UnavailableError} when this machine lacks Python, or the installation fails
 */
export async function provideVenv(program: PythonProgram, onProgress: (line: string) => void): Promise<string> {
  const { name, version } = program;
  return await provide(`${name.toLowerCase()}-${version}`, async (folder) => {
    const missing = missingFor('ministack');
    if (missing) throw new UnavailableError(missing);
    onProgress(`${name} ${version}: installing (once)`);
    await install(folder, program);
  });
}

async function install(folder: GuardedFolder, { name, package: what, version }: PythonProgram): Promise<void> {
  const python = join(folder.path, 'bin', 'python3');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${what}==${version}`];
  try {
    await folder.run({ program: 'python3', args: ['-m', 'venv', '.'], env: process.env });
    await folder.run({ program: python, args: pip, env: process.env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new UnavailableError(`${name} could not be installed (check that pip reaches a package index): ${reason}`);
  }
}
