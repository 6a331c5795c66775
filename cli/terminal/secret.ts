import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { usage } from '../errors.ts';

/**
 * Reads a secret from a hidden prompt, or from stdin where that is no terminal: never from the command line, which the shell's history
 * and every process of the machine can see. A byte order mark and a line break at its end are dropped.
 *
 * @param what what is asked for, for example `new client secret of acme-prod`
 * @throws {CliError} where nothing was given
 */
export async function readSecret(what: string): Promise<Secret> {
  const given = process.stdin.isTTY ? await prompt(what) : (await textOf(process.stdin)).replace(/^\uFEFF|\r?\n$/g, '');
  if (given === '') throw usage(`Nothing was given for: ${what}`, 'Type it at the prompt, or pipe it to stdin.');
  return new Secret(given);
}

/** Nothing of what is typed is shown, not even how much. */
async function prompt(what: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  const left = new AbortController();
  // Ctrl-C and Ctrl-D.
  lines.on('SIGINT', () => lines.close()).on('close', () => left.abort());
  process.stderr.write(`${what} (hidden): `);
  try {
    return await lines.question('', { signal: left.signal });
  } catch {
    throw usage(`The prompt was left: ${what}`, 'Repeat the command.');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
