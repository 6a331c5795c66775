import type { Sized } from '../growth.ts';
import { paired, spreadOf, written } from '../statistics.ts';
import type { Table } from '../table.ts';

/** What one page of `GET /credentials` takes. */
export interface PageCounts {
  readonly credentials: number;
  readonly calls: number;
  readonly depth: number;
  /** How long it takes in round trips, if nothing else took time. */
  readonly roundTrips: number;
  /** The same of the very first page, when nothing is remembered of any credential. */
  readonly firstCalls: number;
}

/** All rounds of whoever rotates a fleet. The first one is ours. */
export interface FleetSeries {
  readonly name: string;
  readonly taken: readonly Sized[];
}

/** The table of rotations a second. */
export function fleetTable(series: readonly FleetSeries[]): Table {
  const [ours] = series;
  const rows = series.map((one) => {
    const last = one.taken.at(-1);
    return [
      one.name,
      written(spreadOf(rates(one)), 1),
      ours ? written(spreadOf(paired(rates(ours), rates(one)))) : '',
      last?.calls === undefined ? '' : (last.calls / last.credentials).toFixed(1),
      Math.round(Math.max(...one.taken.map(({ megabytes = 0 }) => megabytes))),
    ];
  });
  return {
    title: 'Rotations on one machine',
    note: 'One process rotates one credential after the other, over loopback without service times; the parts run beside it. Everybody in each round. *This ÷*: rotations a second of this project by those of the row. Memory is the most that the process had. Median (least–most) of paired rounds.',
    columns: ['rotation', 'a second', 'this ÷', 'calls each', 'memory, MB'],
    rows,
  };
}

function rates({ taken }: FleetSeries): number[] {
  return taken.map(({ credentials, ms }) => (credentials * 1000) / ms);
}

/** The table of all pages. */
export function pageTable(pages: readonly PageCounts[]): Table {
  const rows = pages.map(({ credentials, calls, depth, roundTrips, firstCalls }) => [
    credentials,
    calls,
    (calls / credentials).toFixed(2),
    depth,
    roundTrips,
    firstCalls,
  ]);
  return {
    title: 'A page of the list',
    note: 'On the same simulated network as the calls of a rotation; nothing here depends on the machine. The first time, nothing is remembered of any credential: its settings and versions are read once.',
    columns: ['credentials', 'calls', 'calls each', 'depth', 'wall ÷ round trip', 'calls, the first time'],
    rows,
  };
}
