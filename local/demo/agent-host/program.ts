import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { EmbeddedStack } from '../../embedded-stack/stack.ts';
import type { HostFiles } from './files.ts';

const AGENT = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
const CLOCK = new URL('./clock.ts', import.meta.url).href;

/** How long the agent may take to end what is under way before it is ended, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A line of the agent's log. */
interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly detail?: string;
}

/** The agent's program, as a process of its own. */
export interface AgentProgram {
  /** Resolves once it is at work. It rejects with what the agent said, when the agent ends instead. */
  readonly started: Promise<void>;
  /** Sets its clock. @param passedMs by how many milliseconds it is ahead @throws {Error} when the agent has ended */
  setClock(passedMs: number): Promise<void>;
  /** Lets it carry to its end what is under way, and waits for that. */
  end(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** What a program takes besides its host's files. */
export interface ProgramDeps {
  readonly endpoints: Pick<EmbeddedStack['endpoints'], 'sqs' | 'secretsManager'>;
  /** Hears of what the agent warns of, in words. */
  readonly onTrouble: (what: string) => void;
}

/** Starts `agent run`. */
export function startProgram(files: HostFiles, { endpoints, onTrouble }: ProgramDeps): AgentProgram {
  const child = spawn(process.execPath, ['--import', CLOCK, AGENT, 'run', '--settings', files.settings], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environmentOf(files, endpoints),
  });
  return { started: assertStarted(child, onTrouble), ...controls(child) };
}

async function assertStarted(child: ChildProcess, onTrouble: ProgramDeps['onTrouble']): Promise<void> {
  const said = child.stderr ? text(child.stderr) : '';
  const how = await Promise.race([startOf(child, onTrouble), exitOf(child)]);
  if (how === 'ended') throw new Error(`The agent did not start: ${(await said).trim()}`);
}

function controls(child: ChildProcess): Omit<AgentProgram, 'started'> {
  const kill = () => void child.kill('SIGKILL');
  return {
    setClock: async (passedMs) => {
      const done = once(child, 'message');
      child.send({ passedMs }, () => {});
      if ((await Promise.race([done, exitOf(child)])) === 'ended') throw new Error('The agent has ended by itself');
    },
    end: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(kill, PATIENCE_MS);
      await exitOf(child);
      clearTimeout(timer);
    },
    kill,
  };
}

/** Only what the agent needs: no variable of AWS that the caller has. */
function environmentOf({ keys }: HostFiles, { sqs, secretsManager }: ProgramDeps['endpoints']) {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|NODE_)/i.test(name));
  return {
    ...Object.fromEntries(own),
    AWS_SHARED_CREDENTIALS_FILE: keys,
    AWS_CONFIG_FILE: keys,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
  };
}

/** Follows the log from its beginning. @returns once the agent is at work */
function startOf({ stdout }: ChildProcess, onTrouble: ProgramDeps['onTrouble']): Promise<'started'> {
  return new Promise((resolve) => {
    if (!stdout) return;
    createInterface({ input: stdout }).on('line', (line) => {
      const { level, event, detail = '' } = JSON.parse(line) as LogLine;
      if (event === 'started') resolve('started');
      if (level !== 'info') onTrouble(`the agent: ${event} ${detail}`.trim());
    });
  });
}

async function exitOf(child: ChildProcess): Promise<'ended'> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return 'ended';
}
