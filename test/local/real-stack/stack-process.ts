import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { StackDescription } from '../../../local/real-stack/stack.ts';

const STACK = fileURLToPath(new URL('../../../local/real-stack/main.ts', import.meta.url));

/** A stack that runs, as a caller of the command sees it. */
export interface StackProcess {
  readonly description: StackDescription;
  /** The lines that follow the first one, once there are as many. */
  linesAfter(count: number): Promise<string[]>;
  /** SIGTERM to the pid that was printed. @returns how it ended */
  end(): Promise<{ code: number | null; stdout: string[] }>;
  /** SIGKILL, where it still runs. */
  kill(): void;
}

/** Starts the command and waits for its line. @throws {Error} with its stderr when there is none */
export async function startStack(args: readonly string[]): Promise<StackProcess> {
  const child = spawn(process.execPath, [STACK, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const stderr = text(child.stderr);
  const stdout: string[] = [];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  const first = await Promise.race([once(lines, 'line'), exit.then(() => undefined)]);
  if (!first) throw new Error(`the stack did not start: ${await stderr}`);
  const description = JSON.parse(String(first[0])) as StackDescription;
  return {
    description,
    linesAfter: async (count) => {
      while (stdout.length <= count) await once(lines, 'line');
      return stdout.slice(1);
    },
    end: async () => {
      process.kill(description.pid, 'SIGTERM');
      const [code] = await exit;
      return { code, stdout };
    },
    kill: () => void (child.exitCode === null && child.kill('SIGKILL')),
  };
}

/** Runs the command to its end. */
export async function runStack(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [STACK, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code: code as number | null };
}
