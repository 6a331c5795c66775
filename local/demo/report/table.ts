import type { RotationLine } from './report.ts';

/** Each column with the two lines of its title, and its cell in the two lines of a row. Eighty characters hold them all. */
const COLUMNS: readonly (readonly [string, string, (line: RotationLine) => readonly [string, string?]])[] = [
  ['credential', 'IAM+connector', ({ credential, doors }) => [credential, doors]],
  ['strategy', 'proof', ({ strategy, proof }) => [strategy ?? '-', proof ?? '-']],
  ['trigger', 'outcome', ({ trigger, outcome }) => [trigger, outcome]],
  ['took', 'ms', ({ durationMs }) => [String(Math.round(durationMs))]],
  ['outage', 'ms', ({ outageMs }) => [outageMs.toFixed(outageMs === 0 ? 0 : 1)]],
  ['failed', 'of sent', ({ failedRequests, requests }) => [`${failedRequests}/${requests}`]],
  ['old is', 'refused?', ({ oldSecretRefused }) => [oldSecretRefused ? 'yes' : 'NO']],
];

/** The rotations as a table, two lines each, with an empty line between them. */
export function table(lines: readonly RotationLine[]): string {
  const columns = COLUMNS.map(([over, under, cellsOf]) => [
    over,
    under,
    ...lines.map(cellsOf).flatMap(([first, second = '']) => [first, second]),
  ]);
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const row = (index: number) => columns.map((cells, column) => (cells[index] ?? '').padEnd(widths[column] ?? 0));
  const rule = widths.map((width) => '─'.repeat(width));
  const rows = lines.flatMap((_, index) => [[], row(2 * index + 2), row(2 * index + 3)]).slice(1);
  return [row(0), row(1), rule, ...rows].map((cells) => cells.join('  ').trimEnd()).join('\n');
}
