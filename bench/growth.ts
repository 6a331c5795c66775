import type { Row, Table } from './table.ts';

/** What something takes with so many credentials. */
export interface Sized {
  readonly credentials: number;
  readonly ms: number;
  /** Requests to the parts, where there are any. */
  readonly calls?: number;
  /** The most memory that its process had, where it has one of its own. */
  readonly megabytes?: number;
  /** What it writes or sends, where that may grow. */
  readonly kilobytes?: number;
}

/** What grows, and how it does. */
export interface Growing {
  readonly name: string;
  /** From few credentials to many. */
  readonly sizes: readonly Sized[];
}

/**
 * By how much something grows whenever its size doubles: two raised to its slope in a picture with logarithmic axes. 1 is flat, 2 is
 * in proportion, 4 is quadratic.
 */
export function perDoubling(from: { size: number; value: number }, to: { size: number; value: number }): number {
  const slope = Math.log(to.value / from.value) / Math.log(to.size / from.size);
  return 2 ** slope;
}

const COLUMNS = [
  'what',
  'credentials',
  'time, ms',
  '× a doubling',
  'calls',
  '× a doubling',
  'memory, MB',
  '× a doubling',
  'kB',
  '× a doubling',
];

const NOTE = `With no service times, and once: what is told is how it grows, not how fast it is. *× a doubling* is by how much it has grown since the line above whenever the credentials double, as the slope in a picture with logarithmic axes has it: 1.00 is flat, 2.00 in proportion, 4.00 quadratic.. Memory is the most that a process of its own had: where there is plenty, V8 collects late, so some of it is of credentials that were long done with.`;

/** The table of everything that grows. */
export function growthTable(growing: readonly Growing[]): Table {
  const rows = growing.flatMap(({ name, sizes }) => sizes.map((one, index) => rowOf(name, one, sizes[index - 1])));
  return { title: 'Growth', note: NOTE, columns: COLUMNS, rows };
}

function rowOf(name: string, one: Sized, before: Sized | undefined): Row {
  const factor = (key: 'ms' | 'calls' | 'megabytes' | 'kilobytes') => {
    const [from, to] = [before?.[key], one[key]];
    if (!before || !from || !to) return '';
    return perDoubling({ size: before.credentials, value: from }, { size: one.credentials, value: to }).toFixed(2);
  };
  return [
    name,
    one.credentials,
    Math.round(one.ms),
    factor('ms'),
    one.calls ?? '',
    factor('calls'),
    rounded(one.megabytes),
    factor('megabytes'),
    rounded(one.kilobytes),
    factor('kilobytes'),
  ];
}

function rounded(value: number | undefined): Row[number] {
  return value === undefined ? '' : Math.round(value);
}
