import { spawn } from 'node:child_process';
import type { Secret } from '../../functions/credential/secret/secret.ts';
import { failed } from '../errors.ts';

/** Programs that put their stdin into the clipboard, in the order in which they are tried. */
const PROGRAMS: readonly (readonly [program: string, ...args: string[]])[] = [
  ...(process.platform === 'darwin' ? ([['pbcopy']] as const) : []),
  ...(process.platform === 'win32' ? ([['clip.exe']] as const) : []),
  ['wl-copy'],
  ['xclip', '-selection', 'clipboard'],
  ['xsel', '--clipboard', '--input'],
  // The clipboard of Windows, from within WSL.
  ['clip.exe'],
];

/**
 * Puts a text into the clipboard, by stdin of the first program that does it.
 *
 * @returns the program's name
 * @throws {CliError} when there is none
 */
export async function copy(text: Secret): Promise<string> {
  for (const [program, ...args] of PROGRAMS) if (await feeds(program, args, text)) return program;
  throw failed({
    what: 'No program was found that could reach the clipboard',
    state: 'the secret was read, and shown to nobody',
    next: `Install one of ${[...new Set(PROGRAMS.map(([program]) => program))].join(', ')}, or use --stdout.`,
  });
}

function feeds(program: string, args: readonly string[], text: Secret): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], shell: false });
    child.on('error', () => resolve(false));
    // wl-copy and xclip go on in the background to serve the clipboard, and end their first process.
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => {});
    child.stdin.end(text.reveal());
  });
}
