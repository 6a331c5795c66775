import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cacheFolder, provide } from '../../../../local/real-stack/programs/cache.ts';
import type { GuardedFolder } from '../../../../local/real-stack/programs/guarded-folder.ts';

describe('cacheFolder', () => {
  it('lies under XDG_CACHE_HOME', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/client-secret-rotation');
  });

  it('takes ~/.cache when XDG_CACHE_HOME is unset or empty', () => {
    expect(cacheFolder({})).toMatch(/\/\.cache\/client-secret-rotation$/);
    expect(cacheFolder({ XDG_CACHE_HOME: '' })).toBe(cacheFolder({}));
  });
});

describe('provide', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cache-test-'));
  });

  afterEach(() => rm(root, { recursive: true }));

  const writing = (text: string) => (folder: GuardedFolder) => writeFile(join(folder.path, 'content'), text);

  it('builds once and returns the same folder afterwards', async () => {
    const folder = await provide('tool-1.0', writing('first'), root);
    expect(folder).toBe(join(root, 'tool-1.0'));
    expect(await provide('tool-1.0', writing('second'), root)).toBe(folder);
    expect(await readFile(join(folder, 'content'), 'utf8')).toBe('first');
  });

  it('shows nothing under the final name while it builds', async () => {
    const seen: boolean[] = [];
    await provide('tool-1.0', async () => void seen.push(existsSync(join(root, 'tool-1.0'))), root);
    expect(seen).toEqual([false]);
  });

  it('leaves nothing behind when building fails, and can be repeated', async () => {
    const failing = async (folder: GuardedFolder) => {
      await writeFile(join(folder.path, 'half'), 'half');
      throw new Error('connection lost');
    };
    await expect(provide('tool-1.0', failing, root)).rejects.toThrow('connection lost');
    expect(await readdir(root)).toEqual([]);
    const folder = await provide('tool-1.0', writing('whole'), root);
    expect(await readdir(folder)).toEqual(['content']);
  });

  it('keeps the first of two that are built at once, and throws the other away', async () => {
    const bothBegun = Promise.withResolvers<void>();
    let begun = 0;
    const build = (text: string) => async (folder: GuardedFolder) => {
      if (++begun === 2) bothBegun.resolve();
      await bothBegun.promise;
      await writing(text)(folder);
    };
    const [one, two] = await Promise.all([provide('t', build('same'), root), provide('t', build('same'), root)]);
    expect(one).toBe(two);
    expect(await readFile(join(one, 'content'), 'utf8')).toBe('same');
    expect(await readdir(root)).toEqual(['t']);
  });
});
