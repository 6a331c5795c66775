import { isDeepStrictEqual } from 'node:util';
import type { RowFault } from '../../sheet/read.ts';
import { newConnector, newCredential, realmAdminUrl } from './defaults.ts';
import type { Given, Wish } from './row.ts';

/** A place in a credential. */
export type Path = readonly (string | number)[];

/** One setting that an import changes. */
export interface Change {
  readonly path: Path;
  readonly before: unknown;
  readonly after: unknown;
}

/** What an import does with one credential. */
export interface Item {
  readonly id: string;
  readonly kind: 'added' | 'changed' | 'unchanged';
  readonly after: Settings;
  readonly changes: readonly Change[];
  /** The first row that names it. */
  readonly row: number;
  /** What rows have given, by place: whose cell is to be corrected. */
  readonly given: readonly { readonly path: Path; readonly row: number; readonly from: readonly string[] }[];
}

/** A credential as a fleet file has it: not judged yet. */
type Settings = Readonly<Record<string, unknown>>;

/** What is in the fleet file by now. */
export interface Present {
  readonly credentials: readonly unknown[];
  readonly prefix: string;
}

/**
 * What rows do to a fleet. A credential that is there gets what its rows say, and keeps the rest. Each further row of an id is another
 * connector.
 */
export function planImport(wishes: readonly Wish[], present: Present): { items: Item[]; faults: RowFault[] } {
  const groups = Map.groupBy(wishes, ({ id }) => id);
  const faults = [...groups.values()].flatMap(contradictions);
  return { items: [...groups].map(([id, rows]) => itemOf(id, rows, present)), faults };
}

/** Rows of one credential agree on everything but the connector. */
function contradictions([first, ...others]: readonly Wish[]): RowFault[] {
  return others.flatMap(({ row, settings }) =>
    settings.flatMap(({ path, value, from: [column = ''] }): RowFault[] => {
      const same = first?.settings.find((one) => isDeepStrictEqual(one.path, path));
      if (isDeepStrictEqual(same?.value, value)) return [];
      return [{ row, column, fault: `is not what row ${first?.row} says of the same credential` }];
    }),
  );
}

function itemOf(id: string, rows: readonly Wish[], { credentials, prefix }: Present): Item {
  const [first] = rows;
  const settings = first?.settings ?? [];
  const before = credentials.find((one) => membersOf(one).id === id) as Settings | undefined;
  const base = before ?? newCredential(id, { settings, prefix });
  const given = [...settings.map((one) => ({ ...one, row: first?.row ?? 0 })), ...placedConnectors(base, rows)];
  const all = [...derived(base, settings).map((one) => ({ ...one, row: first?.row ?? 0 })), ...given];
  const connectors = withConnectors(base, { id, prefix, rows: rows.map(({ connector }) => connector) });
  const after = all.reduce<Settings>((into, { path, value }) => put(into, path, value) as Settings, connectors);
  const changes = before ? changesBetween(before, after, []) : [];
  const kind = before === undefined ? 'added' : changes.length > 0 ? 'changed' : 'unchanged';
  return { id, kind, after, changes, row: first?.row ?? 0, given };
}

/** The admin address that goes with the token endpoint moves with it. */
function derived(base: Settings, settings: readonly Given[]): Given[] {
  const url = settings.find(({ path }) => path[0] === 'accessTokenUrl')?.value;
  const { adminUrl } = membersOf(base.iam);
  if (typeof url !== 'string' || adminUrl === undefined || adminUrl !== realmAdminUrl(base.accessTokenUrl)) return [];
  return [{ path: ['iam', 'adminUrl'], value: realmAdminUrl(url), from: [] }];
}

/** The settings of connectors, each with the place of its connector. */
function placedConnectors(base: Settings, rows: readonly Wish[]) {
  const names = connectorNames(
    base,
    rows.map(({ connector }) => connector),
  );
  return rows.flatMap(({ row, connector }, at) =>
    connector.map((one) => ({
      ...one,
      path: ['connectors', names.indexOf(nameOf(base, connector, at)), ...one.path],
      row,
    })),
  );
}

/** The connectors that are there, and then those that aren't yet. */
function connectorNames(base: Settings, rows: readonly (readonly Given[])[]): string[] {
  const wanted = rows.flatMap((connector, at) => (connector.length > 0 ? [nameOf(base, connector, at)] : []));
  return [...new Set([...presentNames(base), ...wanted])];
}

function presentNames({ connectors }: Settings): string[] {
  return (Array.isArray(connectors) ? connectors : []).map((one) => String(membersOf(one).name));
}

/** A row that names no connector is about the only one. Connectors keep their name in every environment. */
function nameOf(base: Settings, connector: readonly Given[], at: number): string {
  const named = connector.find(({ path }) => path[0] === 'name')?.value;
  return typeof named === 'string' ? named : (presentNames(base)[at] ?? 'IFS Cloud');
}

interface Wanted {
  readonly id: string;
  readonly prefix: string;
  readonly rows: readonly (readonly Given[])[];
}

function withConnectors(base: Settings, { id, prefix, rows }: Wanted): Settings {
  const present = presentNames(base);
  const fresh = connectorNames(base, rows).slice(present.length);
  const made = fresh.map((name) => {
    const given = rows.find((connector, at) => nameOf(base, connector, at) === name) ?? [];
    return newConnector(name, { id, prefix, given });
  });
  const connectors = [...(Array.isArray(base.connectors) ? base.connectors : []), ...made];
  return { ...base, connectors };
}

/** A copy with a value at a place. */
function put(into: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(into)) return into.map((one, at) => (at === key ? put(one, rest, value) : one));
  return { ...membersOf(into), [key]: put(membersOf(into)[key], rest, value) };
}

/** What differs, as far down as it can be told. Nothing is taken away by an import. */
function changesBetween(before: unknown, after: unknown, path: Path): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path, before, after }];
  if (Array.isArray(before) && path[0] !== 'connectors') return [{ path, before, after }];
  return Object.keys(after).flatMap((key) => {
    const at = Array.isArray(after) ? Number(key) : key;
    return changesBetween(membersOf(before)[key], membersOf(after)[key], [...path, at]);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
