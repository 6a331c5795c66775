import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';

/** Files of a folder at one moment: a hash by path. Files that can't be read have none. */
export type Snapshot = ReadonlyMap<string, string>;

/** Larger files hold no configuration. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 20_000;

/**
 * Looks at every file below a folder; links are not followed.
 *
 * @throws {UsageError} when the folder can't be read, or holds too much
 */
export async function takeSnapshot(folder: string): Promise<Snapshot> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw new UsageError(`--folder: ${folder} can't be read.`);
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length > MOST_FILES)
    throw new UsageError(`--folder: ${folder} has more than ${MOST_FILES} files; name a smaller one.`);
  const snapshot = new Map<string, string>();
  for (const file of files) snapshot.set(file, await hashOf(file));
  return snapshot;
}

/** The files that are new or other than before, and those that are gone. */
export function changesBetween(
  before: Snapshot,
  after: Snapshot,
): { readonly changed: string[]; readonly removed: string[] } {
  const changed = [...after].filter(([file, hash]) => before.get(file) !== hash).map(([file]) => file);
  return { changed: changed.sort(), removed: [...before.keys()].filter((file) => !after.has(file)).sort() };
}

async function hashOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await lstat(file);
    return size > MOST_BYTES
      ? `${size}@${mtimeMs}`
      : createHash('sha256')
          .update(await readFile(file))
          .digest('hex');
  } catch {
    return 'unreadable';
  }
}
