import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'jsonc-parser';
import { checkFleet } from '../../cli/fleet/check.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { buildStack } from '../infra/synthesize.ts';
import { csr, ROOT } from './support/csr.ts';

type Path = readonly (string | number)[];

const folder = mkdtempSync(join(tmpdir(), 'csr-synth-'));
const file = join(folder, 'fleet.json');
const example: unknown = parse(readFileSync(join(ROOT, 'credentials.example.json'), 'utf8'));

/** What may stand anywhere by mistake. */
const ODD: readonly unknown[] = [
  null,
  '',
  ' ',
  'x',
  `é ${'x'.repeat(300)}`,
  'PT1S',
  'P400D',
  'rate(1 minute)',
  'https://other.example.org/x',
  'client-secret-rotation-access/shared/one',
  0,
  1e9,
  true,
  [],
  {},
  ['x'],
  { x: 'y' },
];

/** Nothing, and three of the others: each place gets others than the one before. */
function oddValues(nth: number): unknown[] {
  return [undefined, ...[0, 1, 2].map((i) => ODD[(3 * nth + i) % ODD.length])];
}

/** Every place in a value, the inner ones last. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, keyOf(value, key)]))];
}

function keyOf(holder: object, key: string): string | number {
  return Array.isArray(holder) ? Number(key) : key;
}

/** A copy in which something else stands at a place, or nothing; the same where there is no such place. */
function changed(whole: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(whole);
  const last = path.at(-1) ?? '';
  const holder = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], copy);
  if (typeof holder !== 'object' || holder === null) return copy;
  if (value === undefined && Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (value === undefined) Reflect.deleteProperty(holder, last);
  else Reflect.set(holder, last, value);
  return copy;
}

/** What the command line says of a fleet, which then is in the file. */
function checked(fleet: unknown): readonly string[] {
  writeFileSync(file, JSON.stringify(fleet) ?? '');
  return checkFleet(file, { context: {} }).faults;
}

/** What synth says of the file. @throws {Error} where the constructs or the template find more than the file's checks do */
function synthFaults(): readonly string[] {
  try {
    buildStack({ credentials: file }).app.synth();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
}

describe('csr fleet check and synth', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('find the same faults, whatever stands in the place of whatever', () => {
    let faulty = 0;
    let faultless = 0;
    // A template takes its time: one is made, of all settings that may be another way.
    let odd = example;
    for (const [nth, path] of placesOf(example).entries())
      for (const value of oddValues(nth)) {
        const what = `${path.join('.')} = ${JSON.stringify(value)}`;
        const faults = checked(changed(example, path, value));
        if (faults.length > 0) expect([what, synthFaults()]).toEqual([what, faults]);
        faulty += faults.length > 0 ? 1 : 0;
        faultless += faults.length > 0 ? 0 : 1;
        const together = faults.length === 0 && path.length > 2 ? changed(odd, path, value) : undefined;
        if (together && checked(together).length === 0) odd = together;
      }
    expect([checked(odd), synthFaults()]).toEqual([[], []]);
    console.info(`${faulty} faulty files, and ${faultless} faultless ones`);
    expect(faulty).toBeGreaterThan(200);
    expect(odd).not.toEqual(example);
  });

  it.each<[string, unknown, Record<string, string>]>([
    ['a faulty file', changed(example, ['credentials', 0, 'clientId'], 'IFS_own'), {}],
    ['hosts that are not allowed', example, { allowedHosts: 'other.example.com' }],
    ['a context that nobody reads', example, { logLevl: 'DEBUG' }],
    ['a faulty context', example, { prefix: 'X', timeouts: 'soon' }],
    ['timeouts that are too short', example, { timeouts: '{"function":"PT5S"}' }],
  ])('say the same of %s, each as a program', async (_what, value, context) => {
    writeFileSync(file, JSON.stringify(value));
    const given = { ...context, credentials: file };
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(given), CDK_OUTDIR: join(folder, 'out') };
    const synth = spawnSync(process.execPath, ['infra/app.ts'], { cwd: ROOT, env, encoding: 'utf8' });
    const options = Object.entries(context).flatMap(([name, text]) => ['-c', `${name}=${text}`]);
    const { exit, stdout } = await csr(['fleet', 'check', file, ...options], { cwd: ROOT });
    expect([synth.status, exit]).toEqual([1, 1]);
    const lines = synth.stderr.trim().split('\n');
    expect(lines).not.toEqual(['']);
    expect(stdout.trim().split('\n').slice(0, -1)).toEqual(lines);
  });
});
