import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GuardedFolder, guardedFolder } from '../../../../local/real-stack/programs/guarded-folder.ts';
import { isGroupAlive } from '../../../../local/real-stack/programs/process-group.ts';

const PREFIX = join(tmpdir(), 'guarded-test-');
const MODULE = new URL('../../../../local/real-stack/programs/guarded-folder.ts', import.meta.url).href;

/** A shell command whose second process is not the leader of the group. */
const shell = (script: string) => ({ program: 'sh', args: ['-c', script], env: process.env });

describe('guardedFolder', () => {
  let folder: GuardedFolder;

  beforeEach(async () => {
    folder = await guardedFolder(PREFIX);
  });

  afterEach(() => folder.remove());

  it('runs a program in the folder with just the given environment', async () => {
    const env = { PATH: process.env.PATH, ONLY: 'this' };
    await folder.run({
      program: 'sh',
      args: ['-c', 'test "$PWD" = "$1" && test "$ONLY" = this', 'sh', folder.path],
      env,
    });
  });

  it('rejects with the first error that a failing program wrote', async () => {
    const failing = shell('echo working; echo "[ERROR] no route to host"; echo bye; exit 3');
    await expect(folder.run(failing)).rejects.toThrow(/^\[ERROR\] no route to host$/);
  });

  it('rejects with ENOENT for a program that is not there', async () => {
    const absent = { program: 'no-such-program', args: [], env: process.env };
    await expect(folder.start(absent)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops a program by SIGTERM', async () => {
    const running = await folder.start(shell('trap "exit 7" TERM; : > ready; while :; do sleep 0.05; done'));
    await until(() => existsSync(join(folder.path, 'ready')));
    await running.stop();
    expect(await running.ended()).toBe(7);
    expect(isGroupAlive(running.pid)).toBe(false);
  });

  it('kills the whole group where SIGTERM does not help', async () => {
    const running = await folder.start(shell('trap "" TERM; sleep 60 & : > ready; wait'));
    await until(() => existsSync(join(folder.path, 'ready')));
    await running.stop(100);
    expect(running.isAlive()).toBe(false);
    expect(isGroupAlive(running.pid)).toBe(false);
  });

  it('kills whoever outlives a program that ends by itself', async () => {
    const running = await folder.start(shell('sleep 60 & exit 5'));
    expect(await running.ended()).toBe(5);
    expect(isGroupAlive(running.pid)).toBe(false);
  });

  it('kills what runs and removes the folder', async () => {
    const running = await folder.start(shell('sleep 60 & wait'));
    expect(isGroupAlive(running.pid)).toBe(true);
    await folder.remove();
    expect(isGroupAlive(running.pid)).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
  });

  it.each(['SIGKILL', 'SIGINT', 'having nothing left to do'] as const)(
    'leaves nothing when its process ends by %s',
    async (end) => {
      const owner = startOwner();
      const { path, pid } = await described(owner);
      expect([existsSync(path), isGroupAlive(pid)]).toEqual([true, true]);
      if (end === 'having nothing left to do') owner.stdin?.end();
      else owner.kill(end);
      await until(() => !existsSync(path) && !isGroupAlive(pid));
    },
  );
});

/** Another process that owns a guarded folder with a running program, and has nothing left to do when its stdin ends. */
function startOwner(): ChildProcess {
  const script = `
    import { guardedFolder } from ${JSON.stringify(MODULE)};
    const folder = await guardedFolder(${JSON.stringify(PREFIX)});
    const { pid } = await folder.start({ program: 'sh', args: ['-c', 'sleep 60 & wait'], env: process.env });
    console.log(JSON.stringify({ path: folder.path, pid }));
    process.stdin.resume();`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function described(owner: ChildProcess): Promise<{ path: string; pid: number }> {
  const [line] = await once(owner.stdout as NodeJS.ReadableStream, 'data');
  return JSON.parse(String(line));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
