import { type Column, type RowFault, readSheet, type Sheet } from '../../sheet/read.ts';
import { deploymentOf, type FleetDeployment } from '../check.ts';
import { withEdits } from '../edit.ts';
import type { FleetText } from '../write.ts';
import { CREDENTIALS } from './columns.ts';
import { importFaults } from './faults.ts';
import { type Item, planImport } from './plan.ts';
import { readRow, type Wish } from './row.ts';

/** What a sheet does to a fleet file. */
export interface Import {
  readonly items: readonly Item[];
  readonly faults: readonly RowFault[];
  /** Rows that were left out since they, or others of the same credential, have faults. */
  readonly skipped: readonly number[];
  /** The text of the file afterwards, without what was left out. */
  readonly text: string;
}

/** How a sheet is taken. */
export interface Manner {
  readonly prefix: string;
  readonly deployment: FleetDeployment;
  /** Leaves out what has faults. @default - nothing is left out */
  readonly skipFaulty?: boolean;
}

/**
 * Works out what a sheet does to a fleet file, and writes nothing.
 *
 * @param sheetText the sheet
 * @throws {CliError} when it is no sheet of credentials
 */
export function importSheet(sheetText: string, into: FleetText, manner: Manner): Import {
  const sheet = readSheet(sheetText, CREDENTIALS);
  const read = sheet.rows.map(readRow);
  const ofRows = [...sheet.faults, ...read.flatMap(({ faults }) => faults)];
  const wishes = read.map(({ wish }) => wish);
  const all = judged(wishes, { sheet, into, manner });
  const faults = inOrder([...ofRows, ...all.faults.filter((fault) => !follows(fault, ofRows))], sheet);
  const bad = new Set([...idsAt(wishes, ofRows), ...all.ids]);
  const whole = ofRows.some(({ row }) => row === 1) || all.ids.has(undefined);
  const kept = manner.skipFaulty && !whole ? wishes.filter(({ id }) => !bad.has(id)) : wishes;
  const { items } = faults.length === 0 ? all : judged(kept, { sheet, into, manner });
  const skipped = wishes.filter((wish) => !kept.includes(wish)).map(({ row }) => row);
  return { items, faults, skipped, text: textWith(items, into) };
}

/** An id or an address that could not be put together is missing, too: that is one fault. */
function follows({ row, column }: RowFault, ofRows: readonly RowFault[]): boolean {
  const { id, accessTokenUrl, adminUrl } = CREDENTIALS.columns;
  const told = ofRows.filter((one) => one.row === row).map((one) => one.column);
  if (column === id.title) return told.includes('id');
  return (
    [accessTokenUrl.title, adminUrl.title].includes(column) && (told.includes('baseUrl') || told.includes('realm'))
  );
}

interface Around {
  readonly sheet: Sheet;
  readonly into: FleetText;
  readonly manner: Manner;
}

/** Plans what rows do, and judges the fleet as it would be. */
function judged(wishes: readonly Wish[], { sheet, into, manner }: Around) {
  const { credentials } = into.value;
  const { items, faults } = planImport(wishes, { credentials, prefix: manner.prefix });
  const { deployment } = manner;
  const value = { ...into.value, credentials: afterwards(credentials, items) };
  const found = importFaults({ value, items, titles: sheet.titles }, deploymentOf(into.path, deployment));
  const ids = new Set<string | undefined>([...idsAt(wishes, faults), ...found.map(({ id }) => id)]);
  return { items, faults: [...faults, ...found.map(({ id: _id, ...fault }) => fault)], ids };
}

/** Every credential as it would be, in the order of the file. */
function afterwards(credentials: readonly unknown[], items: readonly Item[]): unknown[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const kept = credentials.map((one) => byId.get(idOf(one))?.after ?? one);
  return [...kept, ...items.filter(({ kind }) => kind === 'added').map(({ after }) => after)];
}

function textWith(items: readonly Item[], { text, value }: FleetText): string {
  const places = new Map(value.credentials.map((one, at) => [idOf(one), at]));
  const changed = new Map(
    items.filter(({ kind }) => kind === 'changed').map(({ id, changes }) => [places.get(id) ?? -1, changes]),
  );
  return withEdits(text, { changed, added: items.filter(({ kind }) => kind === 'added').map(({ after }) => after) });
}

function idOf(credential: unknown): string {
  return String((credential as { id?: unknown } | null)?.id);
}

function idsAt(wishes: readonly Wish[], faults: readonly RowFault[]): string[] {
  const rows = new Set(faults.map(({ row }) => row));
  return wishes.filter(({ row }) => rows.has(row)).map(({ id }) => id);
}

/** By row; columns are called what the sheet calls them. */
function inOrder(faults: readonly RowFault[], { titles }: Sheet): RowFault[] {
  return faults
    .map(({ column, ...fault }) => ({ ...fault, column: titles.get(column) ?? titleOf(column) }))
    .sort((one, other) => one.row - other.row);
}

function titleOf(column: string): string {
  const columns: Readonly<Record<string, Column>> = CREDENTIALS.columns;
  return columns[column]?.title ?? column;
}
