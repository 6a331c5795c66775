import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Command, type Running, startInGroup } from './process-group.ts';

/** A temporary folder, and the one program at a time that runs in it; neither outlives this process. */
export interface GuardedFolder {
  readonly path: string;
  /** @throws {Error} with code `ENOENT` when there is no such program */
  start(command: Command): Promise<Running>;
  /**
   * Runs a program to its end.
   *
   * @throws {Error} with the program's last lines when its exit code isn't 0
   */
  run(command: Command): Promise<void>;
  /** Kills what still runs and removes the folder. */
  remove(): Promise<void>;
}

// Reads process groups, one a line, until the parent is gone, however it ended: SIGKILL of it leaves no other chance to clean up.
const GUARD = `group=
while read -r line; do group=$line; done
[ -z "$group" ] || kill -s KILL -- "-$group"
rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }`;

/**
 * Makes a folder that is removed, and whose program is killed, when this process ends, even by SIGKILL.
 *
 * @param prefix absolute path to which random characters are added
 */
export async function guardedFolder(prefix: string): Promise<GuardedFolder> {
  const path = await mkdtemp(prefix);
  const guard = spawn('sh', ['-c', GUARD, 'guard', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  // A guard that somebody else ended is no reason to fail.
  guard.stdin.on('error', () => {});
  let running: Running | undefined;
  const start = async (command: Command): Promise<Running> => {
    running = await startInGroup(path, command, () => guard.stdin.write('\n'));
    guard.stdin.write(`${running.pid}\n`);
    return running;
  };
  return {
    path,
    start,
    run: async (command) => {
      const program = await start(command);
      if ((await program.ended()) !== 0) throw new Error(await program.lastWords());
    },
    remove: async () => {
      await running?.kill();
      guard.kill('SIGKILL');
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
