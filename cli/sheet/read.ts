import { CsvError, parse } from 'csv-parse/sync';
import { didYouMean } from '../../infra/faults/did-you-mean.ts';
import { usage } from '../errors.ts';

/** What separates the cells of a row. Excel writes semicolons where the comma is the decimal sign. */
const DELIMITERS = [',', ';', '\t'] as const;

/** A column that a sheet may have. */
export interface Column {
  /** As the documentation writes it. */
  readonly title: string;
  /** Other names that people give it. */
  readonly also?: readonly string[];
  /** Whether blanks around a cell belong to it. @default false */
  readonly exact?: boolean;
}

/** What the header of a sheet may say. */
export interface Form<C extends string> {
  /** What the sheet is about, for people. */
  readonly name: string;
  readonly columns: Readonly<Record<C, Column>>;
  /** Columns beyond these: returns a key of its own for them. @default - there are none */
  readonly open?: (header: string) => string | undefined;
}

/** A row that has something in it. */
export interface Row {
  /** As a spreadsheet counts: the header is 1. */
  readonly row: number;
  /** Cells by column. Empty ones are left out. */
  readonly cells: ReadonlyMap<string, string>;
}

/** Something that a person has to correct. Never a cell's text: it may be a secret. */
export interface RowFault {
  readonly row: number;
  /** The column as the sheet writes it; empty where it is about the whole row. */
  readonly column: string;
  readonly fault: string;
}

/** What a sheet holds. */
export interface Sheet {
  readonly rows: readonly Row[];
  readonly faults: readonly RowFault[];
  /** How the sheet writes the title of a column. */
  readonly titles: ReadonlyMap<string, string>;
}

/**
 * Reads a sheet of comma, semicolon or tab separated values. What separates them is found by the header; upper and lower case, blanks,
 * hyphens and underscores of a title don't count.
 *
 * @param text with a byte order mark or without
 * @throws {CliError} when it can't be read as a sheet of that form at all
 */
export function readSheet<C extends string>(text: string, form: Form<C>): Sheet {
  const delimiter = delimiterOf(text, form);
  const [header = [], ...records] = recordsIn(text, delimiter);
  const keys = header.map((title) => keyOf(title, form));
  const known = new Set(keys.filter((key) => key !== undefined));
  if (known.size === 0)
    throw usage(`The first row has no title of a column of ${form.name}`, `It may have: ${titlesOf(form).join(', ')}.`);
  const faults: RowFault[] = [...headerFaults(header, keys, form)];
  const rows = records.flatMap((record, index): Row[] => {
    const row = index + 2;
    const extra = record.slice(header.length).some((cell) => cell.trim() !== '');
    if (extra)
      faults.push({
        row,
        column: '',
        fault: 'has more cells than the header: put quotes around a cell that holds a separator',
      });
    const cells = cellsOf(record, keys, form);
    return cells.size === 0 ? [] : [{ row, cells }];
  });
  const titles = new Map(
    keys.flatMap((key, at) => (key === undefined ? [] : [[key, (header[at] ?? '').trim()] as const])),
  );
  return { rows, faults, titles };
}

function cellsOf<C extends string>(
  record: readonly string[],
  keys: readonly (string | undefined)[],
  { columns }: Form<C>,
): Map<string, string> {
  const all: Readonly<Record<string, Column>> = columns;
  const filled = record.flatMap((cell, at): [string, string][] => {
    const key = keys[at];
    return key === undefined || cell.trim() === '' ? [] : [[key, all[key]?.exact ? cell : cell.trim()]];
  });
  return new Map(filled);
}

/** The one that gives the most titles. */
function delimiterOf<C extends string>(text: string, form: Form<C>): string {
  const score = (delimiter: string) => {
    const [header = []] = recordsIn(text, delimiter, 1);
    return header.filter((title) => keyOf(title, form) !== undefined).length;
  };
  const scores = DELIMITERS.map(score);
  return DELIMITERS[scores.indexOf(Math.max(...scores))] ?? ',';
}

/** Every row of the sheet, empty ones too, so that a row's place is its number. */
function recordsIn(text: string, delimiter: string, to?: number): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      max_record_size: 1_000_000,
      ...(to !== undefined && { to }),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its message may quote the sheet.
    const { code, lines } = error as CsvError & { lines?: number };
    if (to !== undefined) return [];
    throw usage(
      `The sheet can't be read: ${code}${lines === undefined ? '' : ` at line ${lines}`}`,
      'A cell with quotes in it has quotes around it, and those in it twice. Save the sheet as CSV UTF-8 anew.',
    );
  }
}

/** `Access Token-URL` and `access_token_url` are one title. */
function plain(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function keyOf<C extends string>(title: string, { columns, open }: Form<C>): string | undefined {
  const wanted = plain(title);
  const found = (Object.keys(columns) as C[]).find((key) =>
    [key, columns[key].title, ...(columns[key].also ?? [])].some((one) => plain(one) === wanted),
  );
  return found ?? open?.(title.trim());
}

function titlesOf<C extends string>({ columns }: Form<C>): string[] {
  return Object.values<Column>(columns).map(({ title }) => title);
}

function headerFaults<C extends string>(
  header: readonly string[],
  keys: readonly (string | undefined)[],
  form: Form<C>,
): RowFault[] {
  return header.flatMap((title, at): RowFault[] => {
    const column = title.trim();
    const key = keys[at];
    if (key === undefined)
      return column === ''
        ? []
        : [
            {
              row: 1,
              column,
              fault: `is no column of ${form.name}; ${didYouMean(column, titlesOf(form)) ?? 'take it out of the sheet'}`,
            },
          ];
    return keys.indexOf(key) === at ? [] : [{ row: 1, column, fault: 'is there twice' }];
  });
}
