import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progressOnStderr } from '../../local/real-stack/programs/cache.ts';
import { guardedFolder } from '../../local/real-stack/programs/guarded-folder.ts';
import { provideVenv } from '../../local/real-stack/programs/venv.ts';

const SCHEMATHESIS = { name: 'Schemathesis', package: 'schemathesis', version: '4.32.5' } as const;

/** A run of Schemathesis. */
export interface SchemathesisRun {
  /** Where the API answers without a signature. */
  readonly url: string;
  /** What is sent as `Authorization`. */
  readonly token: string;
  readonly seed: number;
  /** Cases of each operation and phase. */
  readonly examples: number;
  /** Settings, in TOML. */
  readonly settings: string;
  /** In seconds. */
  readonly mostSeconds?: number;
}

/**
 * Drives an API from its own `/openapi.json`.
 *
 * @returns everything that Schemathesis printed, and whether it found nothing
 * @see [Schemathesis](https://schemathesis.readthedocs.io/)
 */
export async function runSchemathesis(
  run: SchemathesisRun,
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const environment = await provideVenv(SCHEMATHESIS, progressOnStderr);
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-schemathesis-'));
  try {
    const settings = join(folder.path, 'schemathesis.toml');
    await writeFile(settings, `headers = { Authorization = "${run.token}" }\n${run.settings}`);
    const program = join(environment, 'bin', 'python3');
    // The environment of the tests may hold settings of Python or of a proxy.
    const env = { PATH: process.env.PATH, HOME: folder.path, PYTHONUTF8: '1', NO_PROXY: '127.0.0.1' };
    const running = await folder.start({ program, args: argumentsOf(run, settings), env });
    const passed = (await running.ended()) === 0;
    return { passed, output: await readFile(join(folder.path, 'python3.log'), 'utf8') };
  } finally {
    await folder.remove();
  }
}

function argumentsOf({ url, seed, examples, mostSeconds }: SchemathesisRun, settings: string): string[] {
  const options = ['--seed', String(seed), '--max-examples', String(examples), '--workers', '1'];
  const limit = mostSeconds === undefined ? [] : ['--max-time', String(mostSeconds)];
  const program = ['-m', 'schemathesis.cli', '--no-color', '--config-file', settings];
  return [...program, 'run', `${url}/openapi.json`, ...options, ...limit];
}
