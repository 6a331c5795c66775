import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';

/** Creates a folder that only its owner may enter. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a file of the agent's own, owner-only: after a crash it is wholly old or wholly new. */
export async function writeDurably(path: string, content: string | Buffer): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await writeThrough(temporary, content);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Removes a file, and lets the removal reach the disk. */
export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** Creates a file that isn't there yet, owner-only, and lets it reach the disk. */
export async function writeThrough(path: string, content: string | Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await endingWith(file, async () => {
    await file.writeFile(content);
    await file.sync();
  });
}

/** Lets renames and removals in a folder reach the disk. Windows can't open a folder, and needs no such call. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (process.platform === 'win32' || codeOf(error) === 'EACCES') return undefined;
    throw error;
  });
  if (folder) await endingWith(folder, () => folder.sync());
}

async function endingWith(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await file.close();
  }
}
