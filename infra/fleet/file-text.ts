import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../faults/configuration-error.ts';

/**
 * Reads a file of text in UTF-8, with a byte order mark or without. Anything else would be misread in silence: `NC_Fl�w` is another
 * Client ID.
 *
 * @param path absolute, or relative to the working directory
 * @throws {ConfigurationError} when there is no such file, or it isn't UTF-8
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0);
  if (utf16) throw new ConfigurationError([`${path}: is not UTF-8 but UTF-16; save it as UTF-8`]);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError([`${path}:${lineOfFirstFault(bytes)}: is not UTF-8; save the file as UTF-8`]);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ConfigurationError([`context.credentials: the file '${path}' ${reason}; name one with -c credentials=…`]);
  }
}

/** The lenient decoder puts U+FFFD where a byte makes no sense. */
function lineOfFirstFault(bytes: Buffer): number {
  return bytes.toString('utf8').split('\uFFFD')[0]?.split('\n').length ?? 1;
}
