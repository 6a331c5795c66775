import { copyFileSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fleetPath } from '../../../infra/fleet/path.ts';

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
    expect(fleetPath(named('fleet.json'), '/checkout')).toBe('/checkout/fleet.json');
    expect(fleetPath(named('/elsewhere/fleet.json'), '/checkout')).toBe('/elsewhere/fleet.json');
  });

  it('is the committed one where none is named', () => {
    const root = checkout();
    writeFileSync(join(root, 'credentials.json'), '{}');

    expect(fleetPath(named(), root)).toBe(join(root, 'credentials.json'));
  });

  it('is never guessed: a forgotten name is a fault', () => {
    expect(() => fleetPath(named(), checkout())).toThrow(
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
      expect(() => fleetPath(named(name), root)).toThrow(/is the example, whose customers do not exist/);
    }
  });

  it('may be a copy in which something was changed', () => {
    const root = checkout();
    writeFileSync(
      join(root, 'credentials.json'),
      readFileSync(EXAMPLE, 'utf8').replaceAll('example.com', 'example.org'),
    );

    expect(fleetPath(named(), root)).toBe(join(root, 'credentials.json'));
  });

  it('is the example when that is asked for, and nothing else', () => {
    const root = checkout();

    expect(fleetPath({ credentials: undefined, example: true }, root)).toBe(join(root, 'credentials.example.json'));
    expect(() => fleetPath({ credentials: 'fleet.json', example: true }, root)).toThrow(/^context\.example: /);
  });
});
