import { text as textOf } from 'node:stream/consumers';
import { usage } from '../errors.ts';

/**
 * Reads a secret from a hidden prompt, or from stdin where that is no terminal: never from the command line, which the shell's history
 * and every process of the machine can see. A line break at its end is dropped.
 *
 * @param what what is asked for, for example `new client secret of acme-prod`
 * @throws {CliError} where nothing was given
 */
export async function readSecret(what: string): Promise<string> {
  const secret = process.stdin.isTTY ? await prompt(what) : (await textOf(process.stdin)).replace(/\r?\n$/, '');
  if (secret === '') throw usage(`Nothing was given for: ${what}`, 'Type it at the prompt, or pipe it to stdin.');
  return secret;
}

async function prompt(what: string): Promise<string> {
  const { default: password } = await import('@inquirer/password');
  try {
    return await password({ message: `${what} (hidden):` }, { output: process.stderr });
  } catch {
    // Ctrl-C, or the terminal went away.
    throw usage(`The prompt was left: ${what}`, 'Repeat the command.');
  }
}
