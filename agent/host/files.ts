import { rename, rm } from 'node:fs/promises';
import { codeOf } from '../errors.ts';

/** How long a file that another program holds is tried again, in milliseconds, and how often. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 50;

/** What scanners and open handles on Windows cause for a moment. */
const HELD: readonly (string | undefined)[] = ['EBUSY', 'EPERM', 'EACCES'];

/** What a file needs from outside. */
export interface FileDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a file, if it is there. */
  readonly remove: (path: string) => Promise<void>;
  readonly platform: NodeJS.Platform;
}

/** {@link FileDeps} of a real host. */
export const realFileDeps: FileDeps = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  rename,
  remove: (path) => rm(path, { force: true }),
  platform: process.platform,
};

/** Tries again for two seconds while another program holds a file. */
export async function patiently<T>(
  { now, sleep }: Pick<FileDeps, 'now' | 'sleep'>,
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

/** Whether another program may hold a file. The same codes may say that a right is missing. */
export function isHeld(error: unknown): boolean {
  return HELD.includes(codeOf(error));
}

/** Whether another program may hold a file that is opened: elsewhere than on Windows a lack of rights stays. */
export function isHeldOn(platform: NodeJS.Platform): (error: unknown) => boolean {
  return (error) => codeOf(error) === 'EBUSY' || (platform === 'win32' && isHeld(error));
}
