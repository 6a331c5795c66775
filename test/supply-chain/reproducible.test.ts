import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, ENTRIES, type Entry } from '../../bench/bundles.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NAMES = Object.keys(ENTRIES) as Entry[];

const digestOf = async (entry: Entry, root: string) =>
  createHash('sha256')
    .update(await bundle(entry, root))
    .digest('hex');

describe('a bundle is the same wherever it is made', () => {
  let elsewhere: string;

  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'csr-reproducible-'));
    for (const folder of ['functions', 'bench', 'package.json', 'tsconfig.json'])
      await cp(join(ROOT, folder), join(elsewhere, folder), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
  });

  afterAll(async () => {
    await rm(elsewhere, { recursive: true });
  });

  it.each(NAMES)('%s', async (entry) => {
    expect(await digestOf(entry, elsewhere)).toBe(await digestOf(entry, ROOT));
  });
});
