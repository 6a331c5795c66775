import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of the settings, and how long it may take. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** Goes to its standard input. @default - nothing */
  readonly input?: string;
}

/** How a program ended. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'timeout' | 'not-started' | 'killed' | 'too-much-output' };

const MOST_OUTPUT = 1024 * 1024;

/**
 * Runs a program without a shell, with neither a secret in its arguments nor the agent's AWS variables in its environment. A program
 * that takes too long is ended with all that it has started.
 *
 * With an input its whole output is awaited; without one its end counts, whatever it has left running.
 */
export async function runProgram({ argv, timeoutMs, input }: Program): Promise<Ended> {
  const talks = input !== undefined;
  const child = started(argv, talks);
  if (!child) return { kind: 'not-started' };
  let output = '';
  const ended = new Promise<Ended>((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs);
    const end = (how: Ended) => {
      clearTimeout(timer);
      resolve(how);
    };
    child.once('error', () => end({ kind: 'not-started' }));
    child.once(talks ? 'close' : 'exit', (code: number | null) =>
      end(code === null ? { kind: 'killed' } : { kind: 'exited', code, output }),
    );
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      if (output.length > MOST_OUTPUT) end({ kind: 'too-much-output' });
    });
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const how = await ended;
  if (how.kind === 'timeout' || how.kind === 'too-much-output') await killTree(child);
  return how;
}

/** Undefined where the system refuses at once: a batch file on Windows, a path that leads through a file. */
function started([file, ...args]: Program['argv'], talks: boolean): ChildProcess | undefined {
  try {
    return spawn(file, args, {
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
      stdio: talks ? ['pipe', 'pipe', 'ignore'] : 'ignore',
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^AWS_/i.test(name))),
    });
  } catch {
    return undefined;
  }
}

/** Ends a process with all that it has started. */
async function killTree({ pid, stdout }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // By its path: a program of this name in the working directory would come first.
    const taskkill = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    const killer = spawn(taskkill, ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    await Promise.race([once(killer, 'exit'), once(killer, 'error')]).catch(() => {});
  } else {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  stdout?.destroy();
}
