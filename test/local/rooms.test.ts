import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const LOCAL = resolve(import.meta.dirname, '../../local');

/** Each room, and those that it may know besides what lies at the top. */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  'stand-ins': [],
  'bill-of-materials': [],
  conformance: ['stand-ins'],
  'embedded-stack': ['stand-ins'],
  demo: ['stand-ins', 'embedded-stack'],
  load: ['stand-ins', 'embedded-stack', 'demo'],
  'real-stack': ['stand-ins'],
  'template-checks': ['real-stack'],
  screenshots: ['embedded-stack', 'demo'],
};
const TOP = '(top)';

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function files(): string[] {
  return readdirSync(LOCAL, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
}

function imports(): Import[] {
  return files().flatMap((file) => {
    const text = readFileSync(resolve(LOCAL, file), 'utf8');
    return [...text.matchAll(/\b(?:from|import)\s*\(?'(\.[^']+)'/g)].map(([, target = '']) => {
      const path = relative(LOCAL, resolve(LOCAL, dirname(file), target));
      return { file, from: roomOf(file), to: roomOf(path) };
    });
  });
}

function roomOf(path: string): string {
  const [first = '', ...rest] = path.split('/');
  return rest.length === 0 ? TOP : first;
}

describe('the rooms of local/', () => {
  it('are these', () => {
    expect([...new Set(files().map(roomOf))].sort()).toEqual([TOP, ...Object.keys(MAY_KNOW)].sort());
  });

  it('import only what they may know', () => {
    const all = imports();
    expect(all.length).toBeGreaterThan(300);
    const others = all.filter(({ from, to }) => to !== from && to !== TOP && to !== '..');
    expect(others.filter(({ from, to }) => !MAY_KNOW[from]?.includes(to))).toEqual([]);
  });
});
