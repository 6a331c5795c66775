import { copyFileSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fleetPaths } from '../../../infra/fleet/path.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../../credentials.example.json');

/** A checkout with the example in it. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'checkout-'));
  copyFileSync(EXAMPLE, join(root, 'credentials.example.json'));
  return root;
}

const named = (credentials?: string) => ({ credentials, example: false });

describe('the fleet file of a deployment', () => {
  it('is the one that is named, from wherever the command runs', () => {
    expect(fleetPaths(named('fleet.json'), '/checkout')).toEqual(['/checkout/fleet.json']);
    expect(fleetPaths(named('/elsewhere/fleet.json'), '/checkout')).toEqual(['/elsewhere/fleet.json']);
  });

  it('is the committed one where none is named', () => {
    const root = checkout();
    writeFileSync(join(root, 'credentials.json'), '{}');

    expect(fleetPaths(named(), root)).toEqual([join(root, 'credentials.json')]);
  });

  it('is never guessed: a forgotten name is a fault', () => {
    expect(() => fleetPaths(named(), checkout())).toThrow(
      /^context\.credentials: no fleet file is named: add -c credentials=FILE/,
    );
  });

  it('is never the example, by whatever name', () => {
    const root = checkout();
    symlinkSync(join(root, 'credentials.example.json'), join(root, 'link.json'));
    copyFileSync(EXAMPLE, join(root, 'credentials.json'));

    for (const name of [
      'credentials.example.json',
      './credentials.example.json',
      'link.json',
      'credentials.json',
      undefined,
    ]) {
      expect(() => fleetPaths(named(name), root)).toThrow(/is the example, whose customers do not exist/);
    }
  });

  it('may be a copy in which something was changed', () => {
    const root = checkout();
    writeFileSync(
      join(root, 'credentials.json'),
      readFileSync(EXAMPLE, 'utf8').replaceAll('example.com', 'example.org'),
    );

    expect(fleetPaths(named(), root)).toEqual([join(root, 'credentials.json')]);
  });

  it('is the example when that is asked for, and nothing else', () => {
    const root = checkout();

    expect(fleetPaths({ credentials: undefined, example: true }, root)).toEqual([
      join(root, 'credentials.example.json'),
    ]);
    expect(() => fleetPaths({ credentials: 'fleet.json', example: true }, root)).toThrow(/^context\.example: /);
  });
});
