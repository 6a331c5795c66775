import { describe, expect, it } from '@jest/globals';
import { CHAINS } from '../../../bench/chain.ts';
import type { Counts } from '../../../bench/counting.ts';
import { callsFindings, callsTable } from '../../../bench/sections/calls.ts';
import { fleetTable, pageTable } from '../../../bench/sections/fleet-table.ts';
import { freshFindings, freshTable, SETTINGS } from '../../../bench/sections/fresh-table.ts';
import { outageFindings, outageTable } from '../../../bench/sections/outage-table.ts';
import { realTable } from '../../../bench/sections/real.ts';
import { startUpFindings, startUpTable } from '../../../bench/sections/start-up.ts';
import { wallFindings, wallTable } from '../../../bench/sections/wall.ts';
import type { Table } from '../../../bench/table.ts';

/** The cells of a row by their columns. */
function row({ columns, rows }: Table, index: number): Record<string, string | number | undefined> {
  return Object.fromEntries(columns.map((column, cell) => [column, rows[index]?.[cell]]));
}

const counted = (warm: Partial<Counts>) => {
  const counts: Counts = {
    calls: 20,
    secretsManager: 6,
    iam: 6,
    connector: 3,
    invocations: 1,
    depth: 10,
    roundTrips: 10,
    outage: 2,
    ...warm,
  };
  return { warm: counts, cold: { ...counts, depth: counts.depth + 2 } };
};

describe('the table of calls', () => {
  const manner = { strategy: 'in-place', renewal: 'set' } as const;
  const counts = {
    ours: [
      { of: { name: 'in-place · set · schedule', manner }, counted: counted({ secretsManager: 7 }) },
      { of: { name: 'in-place · set · api', manner }, counted: counted({ invocations: 2 }) },
    ],
    template: counted({ secretsManager: 14, depth: 20, outage: 11 }),
    naive: counted({ secretsManager: 1, depth: 8, outage: 4 }),
  };
  const table = callsTable(counts);

  it('has ratios to both peers', () => {
    expect(row(table, 0)).toMatchObject({
      'Secrets Manager': 7,
      'depth, warm': 10,
      'depth, cold': 12,
      'outage ÷ (check + push)': '1.00',
      'Secrets Manager ÷ template': '0.50',
      'depth ÷ template': '0.50',
      'depth ÷ naive': '1.25',
    });
  });

  it('ends with the peers', () => {
    expect(row(table, 2)).toMatchObject({ rotation: 'template', 'outage ÷ (check + push)': '5.50' });
    expect(row(table, 3)).toMatchObject({ rotation: 'naive script', 'depth ÷ naive': '1.00' });
    expect(table.rows).toHaveLength(4);
  });

  it('is asked for the worst of the rotations that a goal is about, and by schedule alone', () => {
    const worse = { of: { name: 'dual-secret · set · schedule', manner }, counted: counted({ secretsManager: 8 }) };
    const findings = callsFindings({ ...counts, ours: [...counts.ours, worse] });
    expect(findings).toContainEqual({ goal: 'secrets-manager-set', ours: 8, template: 14, naive: 1 });
    expect(findings).toContainEqual({ goal: 'invocations', ours: 1, template: 1, naive: 1 });
    expect(findings).toContainEqual({ goal: 'depth-in-place', ours: 10, template: 20, naive: 8 });
    expect(findings.map(({ goal }) => goal)).not.toContain('native-depth');
  });
});

describe('the table of outages', () => {
  const sample = (outageMs: number, failed = 0) => ({ outageMs, unavoidableMs: 80, requests: 50, failed });
  const series = [
    { serviceMs: 50, name: 'in-place, warm', samples: [sample(110, 11), sample(130, 13)] },
    { serviceMs: 50, name: 'template', samples: [sample(550, 55), sample(520, 52)] },
    { serviceMs: 50, name: 'dual-secret', samples: [sample(0), sample(0, 3)] },
  ];
  const table = outageTable(series);

  it('divides by what is unavoidable, and by ours of the same round', () => {
    expect(row(table, 0)).toMatchObject({
      'outage, ms': '120.0 (110.0–130.0)',
      '÷ 2 service times': '1.20 (1.10–1.30)',
      '÷ (check + push)': '1.50 (1.38–1.63)',
      'failed requests': 24,
      of: 100,
    });
    expect(row(table, 1)).toMatchObject({ '÷ this, warm': '4.50 (4.00–5.00)' });
  });

  it('tells of an overlap its failed requests alone', () => {
    expect(row(table, 2)).toMatchObject({ 'outage, ms': 0, '÷ 2 service times': '', 'failed requests': 3, of: 100 });
  });

  it('are asked at each service time, and of both sides', () => {
    expect(() => outageFindings(series)).toThrow('was not measured');
    const naive = { name: 'naive script', samples: [sample(220, 20), sample(220, 20)] };
    const all = [5, 50, 200].flatMap((serviceMs) => [...series, naive].map((one) => ({ ...one, serviceMs })));
    const findings = outageFindings(all);
    expect(findings.map(({ goal }) => goal)).toEqual(['outage-5', 'outage-50', 'outage-200', 'overlap-failed']);
    expect(findings[1]).toMatchObject({
      ours: { median: expect.closeTo(1.2) },
      template: { median: 5.35 },
      naive: { median: 2.2 },
    });
    expect(findings[3]).toEqual({ goal: 'overlap-failed', ours: 9, template: 321, naive: 120 });
  });
});

describe('the table of start-up', () => {
  const bare = { name: 'bare', kilobytes: 300, importMs: [50, 60] } as const;

  it('divides by the bare handler of the same round', () => {
    const table = startUpTable([{ name: 'rotate', kilobytes: 1200, importMs: [100, 90] }, bare]);
    expect(row(table, 0)).toMatchObject({ function: 'rotate', 'bundle, kB': 1200 });
    expect(table.rows[0]).toEqual(['rotate', 1200, '4.00', '95 (90–100)', '1.75 (1.50–2.00)']);
  });

  it('needs the bare handler', () => {
    expect(() => startUpTable([{ name: 'rotate', kilobytes: 1200, importMs: [100] }])).toThrow('nothing to compare');
  });

  it('is asked for kilobytes and imports of two functions, beside the peers', () => {
    const series = (['rotate', 'api', 'template', 'naive', 'bare'] as const).map((name, index) => ({
      name,
      kilobytes: 100 * (5 - index),
      importMs: [10 * (5 - index), 10 * (5 - index)],
    }));
    const findings = startUpFindings(series);
    expect(findings[0]).toEqual({ goal: 'bundle-rotate', ours: 500, bare: 100, template: 300, naive: 200 });
    expect(findings[3]).toMatchObject({ goal: 'import-api', ours: { median: 4 }, bare: { median: 1 } });
  });
});

describe('the table of wall time', () => {
  const simulated = { depth: 10, roundTrips: 12 };
  const table = wallTable([
    { name: 'in-place', wallMs: [300, 360], roundTripMs: [20, 20], simulated },
    { name: 'template', wallMs: [600, 600], roundTripMs: [20, 20], simulated },
  ]);

  it('counts in round trips, and divides by the least and by the template', () => {
    expect(table.rows[0]).toEqual([
      'in-place',
      '330 (300–360)',
      '16.5 (15.0–18.0)',
      10,
      CHAINS['in-place'].length,
      12,
      '1.38',
      '0.55 (0.50–0.60)',
    ]);
  });

  it('is asked for rotation by Secrets Manager itself', () => {
    const one = { wallMs: [300, 360], roundTripMs: [20, 20], simulated };
    const names = ['in-place, native', 'template', 'naive script'];
    const [finding] = wallFindings(names.map((name) => ({ name, ...one })));
    expect(finding).toMatchObject({ goal: 'native-wall', ours: { median: 16.5 }, naive: { median: 16.5 } });
  });
});

describe('the table of pages', () => {
  it('tells the calls of each credential', () => {
    const { rows } = pageTable([
      { credentials: 1, calls: 3, depth: 3, roundTrips: 3, firstCalls: 6 },
      { credentials: 50, calls: 101, depth: 21, roundTrips: 21, firstCalls: 153 },
    ]);
    expect(rows).toEqual([
      [1, 3, '3.00', 3, 3, 6],
      [50, 101, '2.02', 21, 21, 153],
    ]);
  });
});

describe('the table of rotations a second', () => {
  it('divides ours by the others of the same round', () => {
    const sized = (ms: number) => ({ credentials: 10, ms, calls: 190, megabytes: 150.2 });
    const { rows } = fleetTable([
      { name: 'in-place', taken: [sized(200), sized(250)] },
      { name: 'naive script', taken: [sized(100), sized(100)] },
    ]);
    expect(rows).toEqual([
      ['in-place', '45.0 (40.0–50.0)', '1.00 (1.00–1.00)', '19.0', 150],
      ['naive script', '100.0 (100.0–100.0)', '0.45 (0.40–0.50)', '19.0', 150],
    ]);
  });
});

describe('the table of fresh functions', () => {
  const [plain, tls] = SETTINGS;
  const sample = (outageMs: number, openedInside = 0) => ({
    ...{ outageMs, openedInside, unavoidableMs: 50, opened: 5, requests: 30, failed: 3, way: 'cgroup' },
  });
  const series = [plain, tls].flatMap((setting) =>
    (['in-place', 'template', 'naive script'] as const).map((name, index) => ({
      setting,
      name,
      rounds: [{ first: sample(100 * (index + 1), 1), second: sample(60 * (index + 1)) }],
    })),
  );

  it('tells the first and the second rotation, and connections over TLS alone', () => {
    const table = freshTable(series);
    expect(table.note).toContain('(by a cgroup)');
    expect(row(table, 0)).toMatchObject({
      run: 'first',
      '÷ 2 round trips': '2.50 (2.50–2.50)',
      'inside the outage': '',
    });
    expect(row(table, 2)).toMatchObject({ rotation: 'template', '÷ this': '2.00 (2.00–2.00)' });
    expect(row(table, 6)).toMatchObject({ distance: 'TLS, 40 ms', 'connections opened': 5, 'inside the outage': 1 });
    expect(row(table, 7)).toMatchObject({
      run: 'second',
      '÷ 2 round trips': '0.75 (0.75–0.75)',
      'inside the outage': 0,
    });
  });

  it('is asked for both distances, beside both peers', () => {
    const findings = freshFindings(series);
    expect(findings.map(({ goal, ours }) => [goal, typeof ours === 'number' ? ours : ours.median])).toEqual([
      ['outage-fresh', 2.5],
      ['outage-tls-warm', 0.75],
      ['outage-tls-fresh', 1.25],
      ['connections-inside', 1],
    ]);
    expect(findings[0]).toMatchObject({ template: { median: 5 }, naive: { median: 7.5 } });
    expect(() => freshFindings(series.slice(0, 5))).toThrow('was not measured');
  });
});

describe('the table of real parts', () => {
  it('says whether the simulated network counts the same', () => {
    const real = { secretsManager: 6, iam: 6, connector: 3 };
    const table = realTable([
      { name: 'in-place · set · api', real, simulated: real },
      { name: 'naive script', real, simulated: { ...real, iam: 5 } },
    ]);
    expect(row(table, 0)).toMatchObject({ IAM: 6, 'the same': 'yes' });
    expect(row(table, 1)).toMatchObject({ 'simulated: iam': 5, 'the same': '**no**' });
  });
});
