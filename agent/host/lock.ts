import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { link, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { codeOf, UsageError } from '../errors.ts';

/** Lets go of a state folder. */
export type Unlock = () => Promise<void>;

const Holder = z.object({ pid: z.int().positive(), startedAt: z.string() });

type Holder = z.infer<typeof Holder>;

/**
 * Takes a state folder for this process. A process that was killed holds nothing any more.
 *
 * @throws {UsageError} when another agent has the folder
 */
export async function lockFolder(folder: string): Promise<Unlock> {
  return process.platform === 'win32'
    ? lockByPipe(await realpath(folder))
    : lockByFile(join(folder, 'agent.lock'), folder);
}

/** The system itself closes a pipe when its process ends. @param folder as the system spells it, but for its case */
async function lockByPipe(folder: string): Promise<Unlock> {
  const id = createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\\\\.\\pipe\\client-secret-agent-${id}`);
  await once(server, 'listening').catch(() => {
    throw new UsageError(`Another agent runs on the state folder ${folder}. One agent per folder.`);
  });
  server.unref();
  return async () => void server.close();
}

async function lockByFile(path: string, folder: string): Promise<Unlock> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) }), { mode: 0o600 });
  try {
    if ((await linked(own, path)) || ((await removeStale(path, `${own}.stale`)) && (await linked(own, path))))
      return () => rm(path, { force: true });
    throw new UsageError(
      `Another agent runs on the state folder ${folder}. One agent per folder. Process id: ${(await holderIn(path))?.pid ?? 'unknown'}.`,
    );
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Takes away the lock of a process that is gone. Moved first and looked at again: another starting agent may have taken the folder
 * between the look and the move.
 */
async function removeStale(path: string, aside: string): Promise<boolean> {
  if (await isAlive(await holderIn(path))) return false;
  await rename(path, aside).catch(() => {});
  const taken = await isAlive(await holderIn(aside));
  if (taken) await linked(aside, path);
  await rm(aside, { force: true });
  return !taken;
}

async function isAlive(holder: Holder | undefined): Promise<boolean> {
  return holder !== undefined && (await startOf(holder.pid)) === holder.startedAt;
}

/** A link is there at once with its content, and only one process can make it. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function holderIn(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** When a process was started, as the system counts it: another process with the same id has another start. Undefined when it is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]).catch(() => []);
    return stat && `${boot?.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  }
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return codeOf(error) === 'EPERM' ? 'running' : undefined;
  }
}
