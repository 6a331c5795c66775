import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

/** A program to run; its output goes to `<program>.log` in the guarded folder. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** The program's whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** @default - the guarded folder */
  readonly cwd?: string;
}

/** A program that runs in a process group of its own. */
export interface Running {
  /** The leader of the process group. */
  readonly pid: number;
  /** False once the leader has ended. */
  isAlive(): boolean;
  /** Resolves with the leader's exit code, null when a signal ended it; whoever outlived the leader is killed by then. */
  ended(): Promise<number | null>;
  /** SIGTERM to the leader, SIGKILL to the whole group when that took too long. */
  stop(patienceMs?: number): Promise<void>;
  /** SIGKILL to the whole group at once. */
  kill(): Promise<void>;
  /** What it wrote about its failure: its first errors, or else its last line. */
  lastWords(): Promise<string>;
}

/**
 * Starts a program in a process group of its own, which doesn't keep this process from ending.
 *
 * @param folder where it runs and its output is kept
 * @param onEnd called once, when nobody of the group is left
 * @throws {Error} with code `ENOENT` when there is no such program
 */
export async function startInGroup(
  folder: string,
  { program, args, env, cwd = folder }: Command,
  onEnd: () => void = () => {},
): Promise<Running> {
  const log = join(folder, `${basename(program)}.log`);
  const output = openSync(log, 'a');
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  // Swept at once and never again: later, the number may be somebody else's.
  const end = once(child, 'exit').then(async ([code]) => {
    await sweep(pid);
    onEnd();
    return code as number | null;
  });
  child.unref();

  const ended = () => {
    if (isAlive()) child.ref();
    return end;
  };
  const kill = async () => {
    if (isAlive()) signalGroup(pid, 'SIGKILL');
    await ended();
  };
  const stop = async (patienceMs = 10_000) => {
    if (isAlive()) child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([ended(), sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    await kill();
  };
  const lastWords = async () => lastLines(await readFile(log, 'utf8'));
  return { pid, isAlive, ended, stop, kill, lastWords };
}

/** Kills whoever is left of the group. */
async function sweep(group: number): Promise<void> {
  signalGroup(group, 'SIGKILL');
  for (let attempt = 0; attempt < 250 && isGroupAlive(group); attempt++) await sleep(20);
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Whether a process of the group still runs, and so may hold a port. Zombies don't count: where the first process of a
 * container doesn't reap them, they stay for good.
 */
export function isGroupAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isLiveMember(name, group));
}

/** @see [proc(5), /proc/pid/stat](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html) */
function isLiveMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

function lastLines(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n');
  const errors = lines.filter((line) => /(error|exception).{8}/i.test(line)).slice(0, 2);
  const words = errors.length > 0 ? errors : lines.filter((line) => line.trim()).slice(-1);
  return words.map((line) => line.trim().slice(0, 200)).join('; ') || 'no output';
}
