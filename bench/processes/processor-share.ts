import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a share is enforced: by the kernel, or by stopping and continuing the process. */
type Way = 'cgroup' | 'pauses';

/** A process that gets a share of one processor. */
export interface Limited {
  readonly way: Way;
  release(): void;
}

/** A share is granted anew each period, in microseconds: what is used up early is waited for. */
const PERIOD_US = 20_000;
const [V1, V2] = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'];

/** What part of a processor Lambda gives to a function: a whole one at 1,769 MB. @see [Memory](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html) */
export function shareOf(megabytes: number): number {
  return megabytes / 1769;
}

/** Limits a process from here on: by a cgroup, else by pauses. To be released once it has ended. */
export function limit(pid: number, share: number): Limited {
  return byCgroup(pid, share) ?? byPauses(pid, share);
}

/** @returns nothing where cgroups are missing, or this user may not make one */
function byCgroup(pid: number, share: number): Limited | undefined {
  const quota = Math.round(share * PERIOD_US);
  const first = existsSync(join(V1, 'cpu.cfs_quota_us'));
  const folder = join(first ? V1 : V2, `bench-${pid}`);
  const files = first
    ? { 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': quota }
    : { 'cpu.max': `${quota} ${PERIOD_US}` };
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  // Nobody is in it any more once the process has ended.
  const release = () => rmdirSync(folder);
  try {
    for (const [file, value] of Object.entries(files)) writeFileSync(join(folder, file), String(value));
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    return { way: 'cgroup', release };
  } catch {
    release();
    return undefined;
  }
}

/** Stops a process for the rest of each period. Coarser than a cgroup: timers are no finer than a millisecond. */
export function byPauses(pid: number, share: number): Limited {
  const periodMs = PERIOD_US / 1000;
  let running: NodeJS.Timeout | undefined;
  const period = setInterval(() => {
    signal(pid, 'SIGCONT');
    running = setTimeout(() => signal(pid, 'SIGSTOP'), share * periodMs);
  }, periodMs);
  const release = () => {
    clearInterval(period);
    clearTimeout(running);
  };
  return { way: 'pauses', release };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
