import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { type LoadedFleet, loadFleet } from '../../../infra/fleet/fleet.ts';
import { fleetFilesAt, fleetPaths } from '../../../infra/fleet/path.ts';
import { stackOf } from '../../../infra/fleet/stacks.ts';
import { customer, rotator, SHARED_SECRET, settingsWith } from '../../support/settings.ts';
import { INSTANCE } from './agent-fleet.ts';

const deployment = readContext((key) => ({ prefix: 'csr' })[key as 'prefix']);
const NOW = new Date('2026-03-01T00:00:00Z');

/** A folder of fleet files, by their names. */
function fleetOf(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}

function load(files: Record<string, unknown>): LoadedFleet {
  return loadFleet(fleetFilesAt(fleetOf(files)), deployment, NOW);
}

function faults(files: Record<string, unknown>): readonly string[] {
  try {
    load(files);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.lines.map((line) => line.replaceAll(/[^ (]*\/fleet-\w+\//g, ''));
    throw error;
  }
  return [];
}

describe('a fleet of several files', () => {
  it('is a folder or a pattern, read in the order of the names', () => {
    const folder = fleetOf({ 'b.json': '', 'a.json': '', 'B.json': '', 'notes.md': '', '.c.json.1.tmp': '' });
    mkdirSync(join(folder, 'old.json'));

    const all = ['B.json', 'a.json', 'b.json'].map((name) => join(folder, name));
    expect(fleetFilesAt(folder)).toEqual(all);
    expect(fleetFilesAt(join(folder, '*.json'))).toEqual(all);
    expect(fleetFilesAt(join(folder, '[a-z].json*'))).toEqual(all.slice(1));
    writeFileSync(join(folder, 'credentials.example.json'), 'the example');
    expect(fleetPaths({ credentials: '[a-z].json*', example: false }, folder)).toEqual(all.slice(1));
  });

  it('is never empty by mistake: that would end every schedule', () => {
    expect(() => fleetFilesAt(fleetOf({ 'notes.md': '' }))).toThrow(/^context\.credentials: there is no fleet file in/);
    expect(() => fleetFilesAt(join(fleetOf({}), '*.json'))).toThrow(/there is no fleet file in/);
  });

  it('is merged', () => {
    const { credentials, parts } = load({
      'globex.json': { credentials: [customer('globex-prod')] },
      'acme.json': { credentials: [customer('acme-prod'), customer('acme-test')] },
    });

    expect(credentials.map(({ id }) => id)).toEqual(['acme-prod', 'acme-test', 'globex-prod']);
    expect(parts).toEqual([{ credentials, agents: [] }]);
  });

  it('may rotate in one file what another file signs in with, by the access secret that is written', () => {
    const files = (secretId: string) => ({
      'acme.json': { credentials: [settingsWith({ 'iam.auth.secretId': secretId })] },
      'rotators.json': { credentials: [rotator()] },
    });
    expect(faults(files(SHARED_SECRET))).toEqual([]);
    expect(faults(files('csr-access/acme-prod/iam'))).toEqual([
      expect.stringMatching(
        /^credentials\[0\]\.iam\.auth\.secretId: 'flow-secret-rotator' is itself rotated by 'acme-rotator', .* \(acme-prod, acme\.json:\d+\)$/,
      ),
    ]);
  });

  it('has its faults told by file, those of every file', () => {
    expect(
      faults({
        'acme.json': { credentials: [customer('acme-prod'), customer('acme-test', { grace: '24h' })] },
        'globex.json': { credentials: [customer('globex-prod', { colour: 1 })], agent: [] },
      }),
    ).toEqual([
      expect.stringMatching(/^credentials\[1\]\.grace: '24h' is not .* \(acme-test, acme\.json:\d+\)$/),
      expect.stringMatching(/^credentials\[0\]\.colour: unknown key \(globex-prod, globex\.json:\d+\)$/),
      expect.stringMatching(/^agent: unknown key; did you mean 'agents'\? \(globex\.json:\d+\)$/),
    ]);
  });

  it('names every file that is not JSON', () => {
    expect(faults({ 'a.json': '{', 'b.json': '[', 'c.json': { credentials: [customer('acme-prod')] } })).toEqual([
      expect.stringMatching(/^a\.json:1:\d: not JSON/),
      expect.stringMatching(/^b\.json:1:\d: not JSON/),
    ]);
  });

  it('has each id, agent and client once: both files are named', () => {
    const agent = { name: 'flow01', principalArns: [INSTANCE] };
    const byAgent = { connectors: [{ name: 'IFS', via: 'agent', agent: 'flow01', configuration: 'ifs' }] };
    const realm = {
      accessTokenUrl: 'https://acme-prod.example.com/auth/realms/acme-prod/protocol/openid-connect/token',
      'iam.adminUrl': 'https://acme-prod.example.com/auth/admin/realms/acme-prod',
    };
    expect(
      faults({
        'a.json': { credentials: [customer('acme-prod'), customer('acme-test', byAgent)], agents: [agent] },
        'b.json': {
          credentials: [customer('acme-test', byAgent), customer('acme-copy', realm)],
          agents: [agent],
        },
      }),
    ).toEqual([
      expect.stringMatching(
        /^credentials\[0\]\.id: is already the id of credentials\[1\] in a\.json:\d+ \(acme-test, b\.json:\d+\)$/,
      ),
      expect.stringMatching(
        /^credentials\[0\]\.clientId: .* is rotated by 'acme-test' \(a\.json:\d+\) already; .*b\.json/,
      ),
      expect.stringMatching(
        /^credentials\[1\]\.clientId: .* is rotated by 'acme-prod' \(a\.json:\d+\) already; .*b\.json/,
      ),
      expect.stringMatching(/^agents\[0\]\.name: is already the name of agents\[0\] in a\.json:\d+ \(b\.json:\d+\)$/),
    ]);
  });
});

describe('the stack of a credential', () => {
  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => customer(`customer-${from + index}`));
  const placed = ({ parts }: LoadedFleet) =>
    new Map(parts.flatMap(({ stack, credentials }) => credentials.map(({ id }) => [id, stack] as const)));

  it('is that of the service where its file says nothing', () => {
    expect(new Set(placed(load({ 'fleet.json': { credentials: many(3) } })).values())).toEqual(new Set([undefined]));
  });

  it('is the one that its file names, which several may', () => {
    const fleet = load({
      'a.json': { stack: 'north', credentials: many(2) },
      'b.json': { stack: 'south', credentials: many(2, 2) },
      'c.json': { stack: 'north', credentials: many(1, 4) },
      'd.json': { credentials: many(1, 5) },
    });

    expect(fleet.parts.map(({ stack, credentials }) => [stack, ...credentials.map(({ id }) => id)])).toEqual([
      [undefined, 'customer-5'],
      ['north', 'customer-0', 'customer-1', 'customer-4'],
      ['south', 'customer-2', 'customer-3'],
    ]);
  });

  it('gives its schedules the windows that those of all files need together', () => {
    const { credentials, parts } = load({
      'a.json': { stack: 'north', credentials: many(13) },
      'b.json': { credentials: many(13, 13) },
    });

    const windows = (all: LoadedFleet['credentials']) => all.map(({ schedule }) => schedule.flexibleWindow);
    expect(parts.map((part) => windows(part.credentials))).toEqual([Array(13).fill('PT1M'), Array(13).fill('PT1M')]);
    expect(new Set(windows(credentials))).toEqual(new Set(['PT1M']));
  });

  it('of a file that is spread depends on its id alone: nothing moves when others come or go', () => {
    const before = placed(load({ 'f.json': { stack: 'all', spread: 7, credentials: many(40) } }));
    const after = placed(load({ 'f.json': { stack: 'all', spread: 7, credentials: many(60, 20).reverse() } }));

    expect(new Set(before.values()).size).toBe(7);
    const stayed = [...before].filter(([id]) => after.has(id));
    expect(stayed).toHaveLength(20);
    for (const [id, stack] of stayed) expect([id, after.get(id)]).toEqual([id, stack]);
    // As long as the software exists: a change of the rule would move deployed secrets.
    expect(['customer-0', 'customer-1', 'customer-2'].map((id) => before.get(id))).toMatchInlineSnapshot(`
[
  "all-2",
  "all-6",
  "all-7",
]
`);
  });

  it('holds what it can when ten thousand are spread', () => {
    const parts = Map.groupBy(
      Array.from({ length: 10_000 }, (_, i) => `customer-${i}-prod`),
      (id) => stackOf(id, { stack: 'all', spread: 125 }),
    );
    expect(parts.size).toBe(125);
    // Three resources each, with native or a manual IAM, are 500 at 166.
    expect(Math.max(...[...parts.values()].map(({ length }) => length))).toBeLessThan(125);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a name that no stack may have', { stack: 'Acme' }, /^stack: must be 2 to 40 lower-case letters/],
    ['a spread without a name', { spread: 5 }, /^spread: needs the name of the stacks: stack/],
    ['a spread over one', { stack: 'all', spread: 1 }, /^spread: needs at least 2/],
    [
      'a spread of agents',
      { stack: 'all', spread: 2, agents: [{ name: 'flow01', principalArns: [INSTANCE] }] },
      /^spread: not together with agents/,
    ],
  ])('is refused: %s', (_what, change, line) => {
    expect(faults({ 'f.json': { ...change, credentials: many(1) } })).toContainEqual(expect.stringMatching(line));
  });

  it('has one size', () => {
    expect(
      faults({
        'a.json': { stack: 'all', spread: 5, credentials: many(1) },
        'b.json': { stack: 'all', spread: 6, credentials: many(1, 1) },
      }),
    ).toEqual([expect.stringMatching(/^spread: differs from that of the stack 'all' in a\.json \(b\.json:\d+\)$/)]);
  });
});
