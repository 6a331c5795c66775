/** What a section found. */
export interface Table {
  readonly title: string;
  /** How it was measured, and what the columns mean. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** One cell a column. */
export type Row = readonly (string | number)[];

/** The table with its title and note as Markdown. */
export function markdown({ title, note, ...table }: Table): string {
  return [`## ${title}`, '', note, '', rowsOf(table), ''].join('\n');
}

/** The rows alone as Markdown, padded so that a person can read them as they are. */
export function rowsOf({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const lines = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...body].map(line).join('\n');
}
