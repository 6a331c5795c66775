/** Text of others as it may be shown: without what a terminal would take for a command. */
export function shown(text: string): string {
  return text.replaceAll(/[^\P{C}\n\t]/gu, '\uFFFD');
}

/**
 * Columns side by side, two blanks between them; in a terminal that is too narrow for that, one row below the other. A row may be shorter
 * than the others.
 *
 * @param head titles, in capitals by custom
 * @param width of the terminal, in characters @default - as wide as it gets where stdout is no terminal
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  if (lines.every((line) => line.length <= width)) return lines.join('\n');
  return all
    .slice(1)
    .map((row) => stacked(head, row))
    .join('\n\n');
}

/** The first cell is the name of the row; empty ones are left out. */
function stacked(head: readonly string[], [name = '', ...cells]: readonly string[]): string {
  return [name, ...pairs(cells.map((cell, i) => [head[i + 1] ?? '', cell || null]))].join('\n');
}

/** Names and values, one pair a line; pairs without a value are left out. */
export function pairs(list: readonly (readonly [name: string, value: string | null | undefined])[]): string[] {
  const kept = list.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  const width = Math.max(0, ...kept.map(([name]) => name.length));
  return kept.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

/**
 * Rows as CSV by RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe.
 *
 * @see [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) · [CSV injection](https://owasp.org/www-community/attacks/CSV_Injection)
 */
export function csv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return rows.map((row) => `${row.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** `2.3 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
