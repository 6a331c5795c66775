import { statSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { readText } from '../../infra/fleet/file-text.ts';
import { type CliError, failed } from '../errors.ts';

/** What stands for stdin. */
export const STDIN = '-';

/**
 * The text of a sheet.
 *
 * @param path of a file, or {@link STDIN}
 * @throws {CliError} when there is no such file, or it isn't UTF-8
 */
export async function sheetText(path: string): Promise<string> {
  if (path === STDIN) return decoded(await buffer(process.stdin));
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry || entry.isDirectory())
    throw failed({ what: entry ? `${path} is a folder` : `The file ${path} does not exist`, next: 'Name the sheet.' });
  try {
    return readText(path);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw notUtf8(error.lines.join('; '));
  }
}

/** @throws {CliError} when it isn't UTF-8: anything else would be misread in silence */
export function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8('The sheet is not UTF-8');
  }
}

function notUtf8(what: string): CliError {
  return failed({ what, next: 'Save the sheet as "CSV UTF-8", as Excel calls it.' });
}
