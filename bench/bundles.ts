import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundlingOf } from '../infra/service/rotation-function.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What is bundled: each function, the peers as functions, and a handler that has one client of Secrets Manager and nothing else. */
export const ENTRIES = {
  rotate: 'functions/rotate.ts',
  retire: 'functions/retire.ts',
  api: 'functions/api.ts',
  audit: 'functions/audit.ts',
  many: 'functions/many.ts',
  template: 'bench/peers/handlers/template.ts',
  naive: 'bench/peers/handlers/naive.ts',
  bare: 'bench/peers/handlers/bare.ts',
} as const;

export type Entry = keyof typeof ENTRIES;

/**
 * Bundles an entry as the stack does.
 *
 * @param root where the sources are
 * @returns what would be deployed
 */
export async function bundle(entry: Entry, root = ROOT): Promise<Uint8Array> {
  // Each option is named: one that is new in the stack, and not here, doesn't pass the type check.
  const ours = isOurs(entry);
  const { bundleAwsSDK, externalModules, banner, ...rest } = bundlingOf(ours ? entry : 'rotate');
  const { format, target, minify, define, mainFields, logLevel, ...others } = rest;
  others satisfies Record<string, never>;
  const { outputFiles } = await build({
    entryPoints: [resolve(root, ENTRIES[entry])],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    packages: bundleAwsSDK ? 'bundle' : 'external',
    // The peers are what anybody would bundle: nothing is left out of them.
    external: ours ? externalModules : [],
    format,
    target,
    minify,
    define,
    mainFields,
    banner: { js: banner },
    logLevel,
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`${entry} was not bundled`);
  return file.contents;
}

function isOurs(entry: Entry): entry is Exclude<Entry, 'template' | 'naive' | 'bare'> {
  return ENTRIES[entry].startsWith('functions/');
}

/** Bundles an entry into a folder. @returns the path of the file */
export async function bundleInto(folder: string, entry: Entry): Promise<string> {
  const file = join(folder, `${entry}.mjs`);
  await writeFile(file, await bundle(entry));
  return file;
}

/** Thousands of bytes, rounded up. */
export function kilobytesOf(contents: Uint8Array): number {
  return Math.ceil(contents.byteLength / 1000);
}
