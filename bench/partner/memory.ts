import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EVERY_MS = 2000;

/** The most memory that the programs of this process have had at one time, by their names, in MB. */
export interface MemoryWatch {
  stop(): Promise<ReadonlyMap<string, number>>;
}

/** Looks every two seconds. What several processes share is counted once for each. */
export function watchMemory(): MemoryWatch {
  const peaks = new Map<string, number>();
  let last = Promise.resolve();
  const look = async () => {
    for (const [name, megabytes] of await residents()) peaks.set(name, Math.max(peaks.get(name) ?? 0, megabytes));
  };
  const timer = setInterval(() => {
    last = last.then(look);
  }, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await last.then(look);
      return peaks;
    },
  };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly kilobytes: number;
  readonly name: string;
}

async function residents(): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,rss=,comm=']);
  const all = stdout.trim().split('\n').map(processIn);
  const sums = new Map<string, number>();
  for (const { name, kilobytes } of descendantsOf(process.pid, all))
    sums.set(name, (sums.get(name) ?? 0) + kilobytes / 1024);
  return sums;
}

function processIn(line: string): Process {
  const [pid, parent, kilobytes, ...name] = line.trim().split(/\s+/);
  return { pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), name: nameOf(name.join(' ')) };
}

/** Node calls its process by its thread. */
function nameOf(command: string): string {
  return command === 'MainThread' ? 'node' : command;
}

function descendantsOf(pid: number, all: readonly Process[]): Process[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...descendantsOf(child.pid, all)]);
}
