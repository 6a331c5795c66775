import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const files = readdirSync(join(ROOT, 'agent'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The paths that a file imports. */
function importsOf(path: string): string[] {
  return [...textOf(path).matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) =>
    posix.join(posix.dirname(path), target),
  );
}

describe('agent/', () => {
  it('imports nothing of ours but functions/credential/ and the version in package.json', () => {
    const outside = files.flatMap((path) =>
      importsOf(path).filter((target) => !/^(agent|functions\/credential)\//.test(target)),
    );
    expect(outside).toEqual(['package.json']);
  });

  it('has no file of more than 200 lines', () => {
    expect(files.filter((path) => textOf(path).split('\n').length > 201)).toEqual([]);
  });

  it('starts programs in one place only, and never through a shell', () => {
    expect(files.filter((path) => textOf(path).includes('node:child_process'))).toEqual(['agent/host/run-program.ts']);
    expect(textOf('agent/host/run-program.ts')).toContain('shell: false');
  });
});
