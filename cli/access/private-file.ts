import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { failed } from '../errors.ts';
import { decoded, STDIN } from '../sheet/open.ts';

/** Rights of anybody but the owner. */
const OF_OTHERS = 0o077;

/**
 * Reads a file of secrets. One that others can get at is refused: what it holds has to be taken for known.
 *
 * @param path of a file, or `-` for stdin
 * @throws {CliError}
 */
export async function readPrivate(path: string): Promise<string> {
  if (path === STDIN) return decoded(await buffer(process.stdin));
  const descriptor = opened(path);
  try {
    // Of the open file: another one may get its name meanwhile.
    const entry = fstatSync(descriptor);
    if (entry.isDirectory()) throw failed({ what: `${path} is a folder`, next: 'Name the file.' });
    // Windows keeps rights elsewhere.
    if (process.platform !== 'win32' && (entry.mode & OF_OTHERS) !== 0)
      throw failed({
        what: `${path} can be read or changed by others than its owner`,
        state: 'nothing was read',
        next: `chmod 600 ${path}. If others may have read it, renew the secrets in it first.`,
      });
    return decoded(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw failed({ what: `The file ${path} can't be opened`, code, next: 'Name a file that is there and is yours.' });
  }
}
