import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));

/** An agent as a process of its own. */
export interface AgentProcess {
  readonly pid: number;
  /** Where it listens; empty where it doesn't. */
  readonly url: string;
  /** Everything that it wrote. */
  readonly output: () => string;
  /** Sends a signal, and waits for its end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts `agent run`, and waits until it is ready.
 *
 * @param env its whole environment. @default - that of this process
 * @throws {Error} with what it wrote, when it ends instead
 */
export async function startAgent(settingsFile: string, env?: Record<string, string>): Promise<AgentProcess> {
  const child = spawn(process.execPath, [MAIN, 'run', '--settings', settingsFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env && { env }),
  });
  let output = '';
  const note = (part: string) => {
    output += part;
  };
  child.stderr.setEncoding('utf8').on('data', note);
  child.stdout.setEncoding('utf8').on('data', note);
  const url = await Promise.race([readyLine(child), once(child, 'exit').then(() => undefined)]);
  if (url === undefined) throw new Error(`the agent did not start: ${output}`);
  return { pid: child.pid ?? 0, url, output: () => output, end: (signal) => end(child, signal) };
}

async function readyLine({ stdout }: ChildProcess): Promise<string | undefined> {
  if (!stdout) return undefined;
  for await (const line of createInterface({ input: stdout })) {
    const { event, url } = JSON.parse(line) as { event: string; url?: string };
    if (event === 'started') return url ?? '';
  }
  return undefined;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** Runs a command of the agent to its end. @param input goes to its standard input */
export async function runAgent(
  args: readonly string[],
  input = '',
): Promise<{ code: number; printed: string; said: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [printed, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    printed += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, printed, said };
}
