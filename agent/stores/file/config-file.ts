import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, chmod, chown, lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AgentError, codeOf } from '../../errors.ts';
import { syncFolder, writeThrough } from '../../host/durable.ts';
import { type FileDeps, isHeld, isHeldOn, patiently } from '../../host/files.ts';

/** A configuration has at most this many bytes. */
export const MOST_BYTES = 10 * 1024 * 1024;
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
  return patiently(deps, { again: isHeldOn(deps.platform) }, async () => {
    const stats = await lstat(path);
    if (stats.isSymbolicLink() || (stats.isFile() && stats.nlink > 1))
      throw new AgentError('file-is-a-link', `${path} is a symbolic link, or has a second name.`);
    if (!stats.isFile()) throw new AgentError('file-not-found', `${path} is not a file.`);
    if (stats.size > MOST_BYTES) throw new AgentError('file-too-large', `${path} has more than 10 MB.`);
    const bytes = await readBounded(path);
    return { bytes, sha256: sha256Of(bytes), stats };
  }).catch((error: unknown) => {
    throw readingError(error, path, deps.platform);
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
    await writeTemporary(temporary, { bytes, stats }, deps);
    const { sha256 } = await readContent(path, deps);
    if (sha256 !== expected)
      throw new AgentError('configuration-changed', `${path} was changed meanwhile. It stays as it is.`);
    await patiently(deps, { again: isHeld }, () => deps.rename(temporary, path));
  } catch (error) {
    await deps.remove(temporary).catch(() => {});
    throw writingError(error, path);
  }
  await syncFolder(dirname(path), deps);
}

/**
 * Finds out whether a file could be replaced: by its rights, and by creating a file beside it.
 *
 * @throws {AgentError} `file-read-only`, `file-locked`, `folder-not-writable`, `owner-not-kept`, `disk-full`
 */
export async function demandWritable(path: string, content: Content, deps: FileDeps): Promise<void> {
  if ((content.stats.mode & 0o222) === 0) throw new AgentError('file-read-only', `${path} is read-only.`);
  await demandRight(path, deps);
  const temporary = temporaryOf(path);
  try {
    await writeTemporary(temporary, content, deps);
  } catch (error) {
    throw writingError(error, path);
  } finally {
    await deps.remove(temporary).catch(() => {});
  }
}

/** On Windows only opening the file asks for the right; elsewhere opening it for writing would wake who watches it. */
async function demandRight(path: string, deps: FileDeps): Promise<void> {
  const isWindows = deps.platform === 'win32';
  const ask = async () => (isWindows ? await (await open(path, 'r+')).close() : await access(path, constants.W_OK));
  await patiently(deps, { again: isHeldOn(deps.platform) }, ask).catch((error: unknown) => {
    if (codeOf(error) === 'EBUSY')
      throw new AgentError('file-locked', `Another program holds ${path}, for two seconds now.`);
    throw new AgentError('file-read-only', `The agent's user may not write ${path}.`);
  });
}

/** Removes what a write that was cut off has left beside a file. */
export async function removeTemporary(path: string, deps: FileDeps): Promise<void> {
  await patiently(deps, { again: isHeldOn(deps.platform) }, () => deps.remove(temporaryOf(path)));
}

/** Windows has neither owner nor mode that could be kept: a file has the access rights of its folder there. */
async function writeTemporary(
  temporary: string,
  { bytes, stats: { mode, uid, gid } }: Pick<Content, 'bytes' | 'stats'>,
  deps: FileDeps,
): Promise<void> {
  await patiently(deps, { again: isHeldOn(deps.platform) }, async () => {
    await deps.remove(temporary);
    await writeThrough(temporary, bytes);
  });
  if (deps.platform === 'win32') return;
  await keepOwner(temporary, uid, gid);
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

function readingError(error: unknown, path: string, platform: NodeJS.Platform): unknown {
  const code = codeOf(error) ?? '';
  if (error instanceof AgentError) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new AgentError('file-not-found', `There is no file ${path}.`);
  if (code === 'ELOOP') return new AgentError('file-is-a-link', `${path} is a symbolic link.`);
  if (isHeldOn(platform)(error))
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
    return new AgentError(
      'file-locked',
      `Another program holds ${path}, for two seconds now, or the agent's user may not replace it. It stays as it is.`,
    );
  return new AgentError(
    'folder-not-writable',
    `The agent can't create a file beside ${path} (${code || 'unknown error'}). It stays as it is.`,
  );
}
