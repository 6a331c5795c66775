import { describe, expect, it } from '@jest/globals';
import type { Counts } from '../../../bench/counting.ts';
import { callsTable } from '../../../bench/sections/calls.ts';
import { fleetTable } from '../../../bench/sections/fleet.ts';
import { outageTable } from '../../../bench/sections/outage-table.ts';
import { startUpTable } from '../../../bench/sections/start-up.ts';
import { wallTable } from '../../../bench/sections/wall.ts';
import type { Table } from '../../../bench/table.ts';

/** The cells of a row by their columns. */
function row({ columns, rows }: Table, index: number): Record<string, string | number | undefined> {
  return Object.fromEntries(columns.map((column, cell) => [column, rows[index]?.[cell]]));
}

const counted = (warm: Partial<Counts>) => {
  const counts: Counts = {
    calls: 20,
    secretsManager: 6,
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
  const table = callsTable({
    ours: [
      { of: { name: 'in-place · set · schedule', manner }, counted: counted({ secretsManager: 7 }) },
      { of: { name: 'in-place · set · api', manner }, counted: counted({ invocations: 2 }) },
    ],
    template: counted({ secretsManager: 14, depth: 20, outage: 11 }),
    naive: counted({ secretsManager: 1, depth: 8, outage: 4 }),
  });

  it('has ratios to both peers, and what is missed of a goal', () => {
    expect(row(table, 0)).toMatchObject({
      'Secrets Manager': 7,
      'depth, warm': 10,
      'depth, cold': 12,
      'outage ÷ (check + push)': '1.00',
      'Secrets Manager ÷ template': '0.50',
      'depth ÷ template': '0.50',
      'depth ÷ naive': '1.25',
      goal: 'Secrets Manager ≤ 6 (missed), invocations ≤ 1, depth ≤ 11',
    });
  });

  it('asks nothing of other triggers, and ends with the peers', () => {
    expect(row(table, 1)).toMatchObject({ rotation: 'in-place · set · api', goal: '' });
    expect(row(table, 2)).toMatchObject({ rotation: 'template', 'outage ÷ (check + push)': '5.50' });
    expect(row(table, 3)).toMatchObject({ rotation: 'naive script', 'depth ÷ naive': '1.00' });
    expect(table.rows).toHaveLength(4);
  });
});

describe('the table of outages', () => {
  const sample = (outageMs: number, failed = 0) => ({ outageMs, unavoidableMs: 80, requests: 50, failed });
  const table = outageTable([
    { serviceMs: 50, name: 'in-place, warm', samples: [sample(110, 11), sample(130, 13)] },
    { serviceMs: 50, name: 'template', samples: [sample(550, 55), sample(520, 52)] },
    { serviceMs: 50, name: 'dual-secret', samples: [sample(0), sample(0)] },
  ]);

  it('divides by what is unavoidable, and by ours of the same round', () => {
    expect(row(table, 0)).toMatchObject({
      'outage, ms': '120.0 (110.0–130.0)',
      '÷ 2 service times': '1.20 (1.10–1.30)',
      '÷ (check + push)': '1.50 (1.38–1.63)',
      goal: '≤ 1.1',
      'failed requests': 24,
      of: 100,
    });
    expect(row(table, 1)).toMatchObject({ '÷ this, warm': '4.50 (4.00–5.00)', goal: '' });
  });

  it('tells of an overlap its failed requests alone', () => {
    expect(row(table, 2)).toMatchObject({ 'outage, ms': 0, '÷ 2 service times': '', 'failed requests': 0, of: 100 });
  });
});

describe('the table of start-up', () => {
  const bare = { name: 'bare', kilobytes: 300, importMs: [50, 60] } as const;

  it('divides by the bare handler of the same round', () => {
    const table = startUpTable([{ name: 'rotate', kilobytes: 1200, importMs: [100, 90] }, bare]);
    expect(row(table, 0)).toMatchObject({ function: 'rotate', 'bundle, kB': 1200 });
    expect(table.rows[0]).toEqual(['rotate', 1200, '≤ 950', '4.00', '95 (90–100)', '1.75 (1.50–2.00)', '≤ 1.4']);
  });

  it('needs the bare handler', () => {
    expect(() => startUpTable([{ name: 'rotate', kilobytes: 1200, importMs: [100] }])).toThrow('nothing to compare');
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
      12,
      '1.38',
      '0.55 (0.50–0.60)',
    ]);
  });
});

describe('the table of pages', () => {
  it('tells the calls of each credential, and of a page of 50 whether it keeps its goal', () => {
    const { rows } = fleetTable([
      { credentials: 1, calls: 3, depth: 3, roundTrips: 3, firstCalls: 6 },
      { credentials: 50, calls: 101, depth: 21, roundTrips: 21, firstCalls: 153 },
    ]);
    expect(rows).toEqual([
      [1, 3, '3.00', 3, 3, '', 6],
      [50, 101, '2.02', 21, 21, 'calls ≤ 3 (missed)', 153],
    ]);
  });
});
