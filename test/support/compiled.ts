import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

declare global {
  // Jest hands nothing from the set-up to the tear-down; both run in this process.
  var compiledFolder: string | undefined;
}

/**
 * Lets the programs that tests start share what they have compiled: each is a fresh Node, which would compile all of its modules anew.
 * The folder lasts as long as the run.
 *
 * @see [Module compile cache](https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache)
 */
export async function shareCompiled(): Promise<void> {
  if (process.env.NODE_COMPILE_CACHE) return;
  globalThis.compiledFolder = await mkdtemp(join(tmpdir(), 'client-secret-rotation-compiled-'));
  process.env.NODE_COMPILE_CACHE = globalThis.compiledFolder;
}

/** Removes the folder. */
export async function forgetCompiled(): Promise<void> {
  if (globalThis.compiledFolder) await rm(globalThis.compiledFolder, { recursive: true, force: true });
}
