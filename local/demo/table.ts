import type { RotationLine } from './report.ts';

const COLUMNS: readonly (readonly [string, (line: RotationLine) => string])[] = [
  ['credential', ({ credential }) => credential],
  ['strategy', ({ strategy }) => strategy ?? '-'],
  ['trigger', ({ trigger }) => trigger],
  ['outcome', ({ outcome }) => outcome],
  ['duration', ({ durationMs }) => `${Math.round(durationMs)} ms`],
  ['outage', ({ outageMs }) => `${outageMs.toFixed(outageMs === 0 ? 0 : 1)} ms`],
  ['requests sent', ({ requests }) => String(requests)],
  ['requests failed', ({ failedRequests }) => String(failedRequests)],
  ['old secret refused?', ({ oldSecretRefused }) => (oldSecretRefused ? 'yes' : 'NO')],
];

/** The rotations as a table, one line each. */
export function table(lines: readonly RotationLine[]): string {
  const columns = COLUMNS.map(([title, cell]) => [title, ...lines.map(cell)]);
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const row = (index: number) => columns.map((cells, column) => (cells[index] ?? '').padEnd(widths[column] ?? 0));
  const rule = widths.map((width) => '─'.repeat(width));
  return [row(0), rule, ...lines.map((_, index) => row(index + 1))]
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}
