import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { pathOf } from '../../laboratory/mutations/mutation.ts';
import { MUTATIONS } from '../../laboratory/mutations.ts';

const ROOT = resolve(import.meta.dirname, '../..');

// `npm run faults:mutants` plays them. One that no longer fits would take out nothing.
it.each(MUTATIONS.map((mutation) => [mutation.safeguard, mutation] as const))('fits the code: %s', (_, { edits }) => {
  for (const { file, from } of edits) {
    const text = readFileSync(resolve(ROOT, pathOf(file)), 'utf8');
    expect([file, text.split(from).length - 1]).toEqual([file, 1]);
  }
});

it('has a name of its own for each safeguard', () => {
  expect(new Set(MUTATIONS.map(({ safeguard }) => safeguard)).size).toBe(MUTATIONS.length);
});
