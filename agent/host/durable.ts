import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';
import { type FileDeps, isHeldOn, patiently, realFileDeps } from './files.ts';

/** Creates a folder that only its owner may enter. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a file of the agent's own, owner-only: after a crash it is wholly old or wholly new. */
export async function writeDurably(path: string, content: string | Buffer, deps = realFileDeps): Promise<void> {
  const temporary = `${path}.new`;
  await removePatiently(temporary, deps);
  await writeThrough(temporary, content);
  await patiently(deps, { again: isHeldOn(deps.platform) }, () => deps.rename(temporary, path));
  await syncFolder(dirname(path), deps);
}

/** Removes a file, with what a write that was cut off left of it, and lets the removal reach the disk. */
export async function removeDurably(path: string, deps = realFileDeps): Promise<void> {
  await removePatiently(`${path}.new`, deps);
  await removePatiently(path, deps);
  await syncFolder(dirname(path), deps);
}

function removePatiently(path: string, deps: FileDeps): Promise<void> {
  return patiently(deps, { again: isHeldOn(deps.platform) }, () => deps.remove(path));
}

/** Creates a file that isn't there yet, owner-only, and lets it reach the disk. */
export async function writeThrough(path: string, content: string | Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await endingWith(file, async () => {
    await file.writeFile(content);
    await file.sync();
  });
}

/** Lets renames and removals in a folder reach the disk. Windows refuses that for a folder, and does it by itself. */
export async function syncFolder(path: string, { platform }: Pick<FileDeps, 'platform'>): Promise<void> {
  if (platform === 'win32') return;
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'EACCES') return undefined;
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
