import { isBuiltin } from 'node:module';
import { expect, it } from '@jest/globals';
import { bundle } from '../../bench/bundles.ts';

/** What a module asks for before any of its code runs. */
const AT_START = /(?:^|[;}\n])import(?:[\w$\s*{},]*?from)?\s*"([^"]+)"/g;

it.each(['rotate', 'retire', 'api', 'audit', 'many'] as const)(
  '%s starts with nothing but itself and Node',
  async (entry) => {
    const text = Buffer.from(await bundle(entry)).toString();
    const names = [...text.matchAll(AT_START)].map(([, name = '']) => name);

    expect(names).not.toEqual([]);
    expect(names.filter((name) => !isBuiltin(name))).toEqual([]);
  },
);
