import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type GuardedFolder, guardedFolder } from './guarded-folder.ts';

/** Where downloaded programs are kept: `${XDG_CACHE_HOME:-~/.cache}/client-secret-rotation`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'client-secret-rotation');
}

/**
 * The folder of a program, built first when the cache has none.
 *
 * It is built in a temporary sibling and renamed when whole, so what an interrupted download or unpacking left is never used.
 * Of two processes that build the same at once, the slower one throws its own away. The folder must bear being moved.
 *
 * @param name with the version, which never changes afterwards: `keycloak-26.7.3`
 * @param build fills the folder it is given
 * @param root the cache; default {@link cacheFolder}
 * @returns the absolute path of the finished folder
 */
export async function provide(
  name: string,
  build: (partial: GuardedFolder) => Promise<void>,
  root = cacheFolder(),
): Promise<string> {
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  await mkdir(root, { recursive: true });
  const partial = await guardedFolder(join(root, `.${name}-`));
  try {
    await build(partial);
    await publish(partial.path, folder);
  } finally {
    await partial.remove();
  }
  return folder;
}

async function publish(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Says on stderr, a line each, what takes its time. */
export function progressOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
