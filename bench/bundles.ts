import { resolve } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING } from '../infra/service/rotation-function.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What is bundled: each function, and a handler that has one client of Secrets Manager and nothing else. */
export const ENTRIES = {
  rotate: 'functions/rotate.ts',
  retire: 'functions/retire.ts',
  api: 'functions/api.ts',
  audit: 'functions/audit.ts',
  bare: 'bench/peers/bare.ts',
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
  const { bundleAwsSDK, externalModules, banner, ...rest } = BUNDLING;
  const { format, target, minify, define, mainFields, logLevel, ...others } = rest;
  others satisfies Record<string, never>;
  const { outputFiles } = await build({
    entryPoints: [resolve(root, ENTRIES[entry])],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    packages: bundleAwsSDK ? 'bundle' : 'external',
    // The bare handler is what anybody would bundle: nothing is left out of it.
    external: entry === 'bare' ? [] : externalModules,
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

/** Thousands of bytes, rounded up. */
export function kilobytesOf(contents: Uint8Array): number {
  return Math.ceil(contents.byteLength / 1000);
}
