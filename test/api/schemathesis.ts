import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progressOnStderr } from '../../local/real-stack/programs/cache.ts';
import { guardedFolder } from '../../local/real-stack/programs/guarded-folder.ts';
import { provideVenv } from '../../local/real-stack/programs/venv.ts';

const SCHEMATHESIS = { name: 'Schemathesis', package: 'schemathesis', version: '4.32.5' } as const;

/**
 * Every check of Schemathesis is on but three: two demand what a gateway of AWS doesn't do, and one what this API doesn't mean.
 *
 * - `missing_required_header` demands 401 of a call without `Authorization`. The gateway answers 403, and `ignored_auth` checks that it
 *   refuses.
 * - `unsupported_method` demands 405 of a path with another method. To the gateway this is no route: 404. Such calls are sent all the
 *   same, and their answers compared with the document.
 * - `use_after_free` demands 404 of what was deleted. `DELETE /rotations/{executionId}` ends a rotation, whose record stays: who ended it
 *   and what had begun by then is what people look for afterwards. No other call deletes.
 *
 * Health checks judge how well and how fast calls are drawn, which depends on the seed and the machine, not on the API. That enough calls
 * were drawn is a test of its own.
 *
 * A call that the document allows may also be answered 422 where the state of things forbids it, such as a rollback without a previous
 * document. `unfoundedFaults` finds those that are refused for their form.
 */
const SETTINGS = `
suppress-health-check = ["all"]

[checks]
missing_required_header.enabled = false
unsupported_method.enabled = false
use_after_free.enabled = false
positive_data_acceptance.expected-statuses = ["2xx", 403, 404, 409, 422]

[phases.coverage]
unexpected-methods = ["PUT", "PATCH", "DELETE", "OPTIONS"]
`;

/** A run of Schemathesis. */
export interface SchemathesisRun {
  /** Where the API answers without a signature. */
  readonly url: string;
  /** What is sent as `Authorization`. */
  readonly token: string;
  readonly seed: number;
  /** Cases of each operation and phase. */
  readonly examples: number;
  /** Whether calls are what the document allows, or what it forbids. */
  readonly mode: 'positive' | 'negative';
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
    await writeFile(settings, settingsOf(run));
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

/** The token stands in a file: arguments can be read by every process. */
function settingsOf({ token }: SchemathesisRun): string {
  return `headers = { Authorization = "${token}" }\n${SETTINGS}`;
}

function argumentsOf({ url, seed, examples, mode }: SchemathesisRun, settings: string): string[] {
  const options = ['--seed', String(seed), '--max-examples', String(examples), '--mode', mode, '--workers', '1'];
  const program = ['-m', 'schemathesis.cli', '--no-color', '--config-file', settings];
  return [...program, 'run', `${url}/openapi.json`, ...options];
}
