import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** What asks for no more than to be named, by its SPDX identifier. */
const PERMISSIVE = /^\(?(0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|ISC|MIT|MIT-0)( OR .+)?\)?$/;

/** Packages under other licences: why that asks nothing of whoever deploys this project, or passes it on. */
const EXPLAINED: Readonly<Record<string, string>> = {
  '@cloud-copilot/iam-policy': 'simulates policies in tests; neither bundled nor passed on',
  '@cloud-copilot/iam-simulate': 'simulates policies in tests; neither bundled nor passed on',
  '@cloud-copilot/iam-utils': 'simulates policies in tests; neither bundled nor passed on',
  'axe-core': 'looks at the console in tests; neither bundled nor passed on',
  'caniuse-lite': 'data that a test tool reads; neither bundled nor passed on',
};

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly license?: string; readonly dev?: boolean }>>;
}

const LOCK: LockFile = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8'));

const PACKAGES = Object.entries(LOCK.packages)
  .filter(([path]) => path !== '')
  .map(([path, { license = 'none', dev = false }]) => ({
    name: path.split('node_modules/').at(-1) ?? '',
    license,
    dev,
  }));

describe('the licences of what is depended on', () => {
  it('are permissive, or explained', () => {
    const others = PACKAGES.filter(({ license }) => !PERMISSIVE.test(license));

    expect([...new Set(others.map(({ name }) => name))].toSorted()).toEqual(Object.keys(EXPLAINED));
  });

  it('are permissive for all that is deployed or installed', () => {
    expect(PACKAGES.filter(({ name, dev }) => !dev && name in EXPLAINED)).toEqual([]);
  });

  it.each([
    'GPL-3.0-or-later',
    'AGPL-3.0-or-later',
    'MPL-2.0',
    'CC-BY-4.0',
    'none',
    'UNLICENSED',
    'MIT AND GPL-2.0-only',
  ])('would not pass: %s', (license) => {
    expect(PERMISSIVE.test(license)).toBe(false);
  });
});
