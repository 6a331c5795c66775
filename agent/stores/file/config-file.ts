import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, chmod, chown, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AgentError, codeOf } from '../../errors.ts';
import { syncFolder, writeThrough } from '../../host/durable.ts';

/** A configuration has at most this many bytes. */
const MOST_BYTES = 10 * 1024 * 1024;
/** How long a file that another program holds is tried again, in milliseconds, and how often. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 50;

/** What scanners and open handles on Windows cause for a moment. */
const HELD = new Set(['EBUSY', 'EPERM', 'EACCES']);

/** What a file needs from outside. */
export interface FileDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
}

/** {@link FileDeps} of a real host. */
export const realFileDeps: FileDeps = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  rename,
};

/** The content of a file at one moment. */
export interface Content {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly stats: Stats;
}

/** The SHA-256 of a content, in hexadecimal. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where the next content is written before it takes the file's place. One name, so that a crash leaves one file at most. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.agent-new`);
}

/**
 * Reads a configuration file. A link is refused: replacing would leave its other names with the old content.
 *
 * @throws {AgentError} `file-not-found`, `file-not-readable`, `file-is-a-link`, `file-too-large`, `file-locked`
 */
export async function readContent(path: string, deps: FileDeps): Promise<Content> {
  return patiently(deps, { again: isHeldForReading }, async () => {
    const stats = await lstat(path);
    if (stats.isSymbolicLink() || (stats.isFile() && stats.nlink > 1))
      throw new AgentError('file-is-a-link', `${path} is a symbolic link, or has a second name.`);
    if (!stats.isFile()) throw new AgentError('file-not-found', `${path} is not a file.`);
    if (stats.size > MOST_BYTES) throw new AgentError('file-too-large', `${path} has more than 10 MB.`);
    const bytes = await readBounded(path);
    return { bytes, sha256: sha256Of(bytes), stats };
  }).catch((error: unknown) => {
    throw readingError(error, path);
  });
}

async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const bytes = await file.readFile();
    if (bytes.length <= MOST_BYTES) return bytes;
    throw new AgentError('file-too-large', `${path} has more than 10 MB.`);
  } finally {
    await file.close();
  }
}

/**
 * Replaces a file's content: a new file in the same folder, with the old one's mode and owner, takes its place in one step.
 *
 * @param expected what the file has to hold up to the last moment
 * @throws {AgentError} `configuration-changed`, and all of {@link demandWritable}; the file is as it was
 */
export async function replaceContent(
  path: string,
  bytes: Buffer,
  { expected, deps }: { expected: string; deps: FileDeps },
): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    const { stats } = await readContent(path, deps);
    await writeTemporary(temporary, bytes, stats);
    const { sha256 } = await readContent(path, deps);
    if (sha256 !== expected)
      throw new AgentError('configuration-changed', `${path} was changed meanwhile. It stays as it is.`);
    await patiently(deps, { again: isHeld }, () => deps.rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writingError(error, path);
  }
  await syncFolder(dirname(path));
}

/**
 * Finds out whether a file could be replaced: by its rights, and by creating a file beside it.
 *
 * @throws {AgentError} `file-read-only`, `folder-not-writable`, `owner-not-kept`, `disk-full`
 */
export async function demandWritable(path: string, { bytes, stats }: Content): Promise<void> {
  if ((stats.mode & 0o222) === 0) throw new AgentError('file-read-only', `${path} is read-only.`);
  await access(path, constants.W_OK).catch(() => {
    throw new AgentError('file-read-only', `The agent's user may not write ${path}.`);
  });
  const temporary = temporaryOf(path);
  try {
    await writeTemporary(temporary, bytes, stats);
  } catch (error) {
    throw writingError(error, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** Removes what a write that was cut off has left beside a file. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(temporaryOf(path), { force: true });
}

async function writeTemporary(temporary: string, bytes: Buffer, { mode, uid, gid }: Stats): Promise<void> {
  await rm(temporary, { force: true });
  await writeThrough(temporary, bytes);
  if (process.platform !== 'win32') await keepOwner(temporary, uid, gid);
  await chmod(temporary, mode & 0o7777);
}

async function keepOwner(temporary: string, uid: number, gid: number): Promise<void> {
  const { uid: ownUid, gid: ownGid } = await lstat(temporary);
  if (uid === ownUid && gid === ownGid) return;
  await chown(temporary, uid, gid).catch(() => {
    throw new AgentError(
      'owner-not-kept',
      "The file is another user's, whom the agent can't make the owner of its replacement. The file stays as it is.",
    );
  });
}

/** Tries again for two seconds while another program holds a file. */
async function patiently<T>(
  { now, sleep }: FileDeps,
  { again }: { again: (error: unknown) => boolean },
  work: () => Promise<T>,
): Promise<T> {
  const end = now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!again(error) || now() >= end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isHeld(error: unknown): boolean {
  return HELD.has(codeOf(error) ?? '');
}

/** Elsewhere than on Windows a lack of rights stays. */
function isHeldForReading(error: unknown): boolean {
  return codeOf(error) === 'EBUSY' || (process.platform === 'win32' && isHeld(error));
}

function readingError(error: unknown, path: string): unknown {
  const code = codeOf(error) ?? '';
  if (error instanceof AgentError) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new AgentError('file-not-found', `There is no file ${path}.`);
  if (code === 'ELOOP') return new AgentError('file-is-a-link', `${path} is a symbolic link.`);
  if (isHeldForReading(error))
    return new AgentError('file-locked', `Another program holds ${path}, for two seconds now.`);
  return new AgentError('file-not-readable', `${path} can't be read (${code || 'unknown error'}).`);
}

function writingError(error: unknown, path: string): unknown {
  const code = codeOf(error) ?? '';
  if (error instanceof AgentError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AgentError('disk-full', `There is no room beside ${path}. It stays as it is.`);
  const syscall = (error as NodeJS.ErrnoException).syscall;
  if (isHeld(error) && syscall !== 'open')
    return new AgentError('file-locked', `Another program holds ${path}, for two seconds now. It stays as it is.`);
  return new AgentError(
    'folder-not-writable',
    `The agent can't create a file beside ${path} (${code || 'unknown error'}). It stays as it is.`,
  );
}
