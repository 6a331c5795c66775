import type { RotationLine } from './report.ts';

/** Each column with the two lines of its title. Eighty characters hold them all. */
const COLUMNS: readonly (readonly [string, string, (line: RotationLine) => string])[] = [
  ['', 'credential', ({ credential }) => credential],
  ['', 'strategy', ({ strategy }) => strategy ?? '-'],
  ['', 'trigger', ({ trigger }) => trigger],
  ['', 'outcome', ({ outcome }) => outcome],
  ['took', 'ms', ({ durationMs }) => String(Math.round(durationMs))],
  ['outage', 'ms', ({ outageMs }) => outageMs.toFixed(outageMs === 0 ? 0 : 1)],
  ['failed', 'of sent', ({ failedRequests, requests }) => `${failedRequests}/${requests}`],
  ['old is', 'refused?', ({ oldSecretRefused }) => (oldSecretRefused ? 'yes' : 'NO')],
];

/** The rotations as a table, one line each. */
export function table(lines: readonly RotationLine[]): string {
  const columns = COLUMNS.map(([over, title, cell]) => [over, title, ...lines.map(cell)]);
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const row = (index: number) => columns.map((cells, column) => (cells[index] ?? '').padEnd(widths[column] ?? 0));
  const rule = widths.map((width) => '─'.repeat(width));
  return [row(0), row(1), rule, ...lines.map((_, index) => row(index + 2))]
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}
