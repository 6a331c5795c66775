import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

/** A reader that goes away, such as `head`, is no fault; without these a stream that can't be written ends the process. */
export function bearLostReaders(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

/**
 * Prints to stdout.
 *
 * @throws {CliError} when it can't be written; never because nobody reads any more
 */
export async function print(text: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => {
    process.stdout.write(text, done);
  });
  if (!error || error.code === 'EPIPE') return;
  throw new CliError(EXIT.changed, {
    what: 'The answer could not be printed',
    code: error.code,
    state: 'the command was carried out, and its answer is lost',
    next: 'Make room where stdout goes, and look: csr status ID, csr history ID.',
  });
}
