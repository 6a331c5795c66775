import type { Row, RowFault } from '../../sheet/read.ts';
import { type ColumnKey, SETTING_COLUMNS, TAG_PREFIX } from './columns.ts';

/** One setting that a row gives. */
export interface Given {
  /** Of a connector's setting what comes after `connectors[n]`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** The columns it comes from, by key. */
  readonly from: readonly string[];
}

/** What a row says about a credential. What it doesn't say stays as it is. */
export interface Wish {
  readonly row: number;
  readonly id: string;
  readonly settings: readonly Given[];
  readonly connector: readonly Given[];
}

const same = (cell: string) => cell;
const BASE_URL = /^https:\/\/[^\s@\\?#/]+(\/auth)?\/?$/;
const REALM = /^[^\s/?#]+$/;

/** Reads a row, or says what is wrong with it. */
export function readRow({ row, cells }: Row): { readonly wish: Wish; readonly faults: readonly RowFault[] } {
  const cell = (key: ColumnKey) => cells.get(key);
  const faults: RowFault[] = [];
  const tell = (column: ColumnKey, fault: string) => void faults.push({ row, column, fault });
  const plain = SETTING_COLUMNS.flatMap(([key, { path, of, read = same }]) => {
    const text = cells.get(key);
    return text === undefined ? [] : [{ of, path, value: read(text), from: [key] }];
  });
  const settings = [...plain.filter(({ of }) => of === undefined), ...tokenUrl(cell, tell), ...tagsOf(cells, tell)];
  const id = cell('id')?.toLowerCase() ?? idOf(cell('customer'), cell('environment'));
  if (id === '') tell('id', 'is missing, and so are customer and environment, of which it could be made');
  const connector = plain.filter(({ of }) => of === 'connector');
  return { wish: { row, id, settings: withSecondClient(settings, cell('secondClientId')), connector }, faults };
}

type Cell = (key: ColumnKey) => string | undefined;
type Tell = (column: ColumnKey, fault: string) => void;

/** `Käse & Co` in `Prod` is `kase-co-prod`. */
function idOf(...parts: (string | undefined)[]): string {
  return parts
    .map((part = '') =>
      part
        .normalize('NFKD')
        .replaceAll(/\p{M}/gu, '')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-'),
    )
    .map((part) => part.replaceAll(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('-');
}

/** The token endpoint of IFS Cloud, from its address and its realm. */
function tokenUrl(cell: Cell, tell: Tell): Given[] {
  const [base, realm] = [cell('baseUrl'), cell('realm')];
  if (cell('accessTokenUrl') !== undefined) {
    if (base !== undefined || realm !== undefined)
      tell('accessTokenUrl', 'is there beside a base URL or a realm: give one or the other');
    return [];
  }
  if (base === undefined && realm === undefined) return [];
  if (!BASE_URL.test(base ?? '')) tell('baseUrl', 'must be https://<system>, with a realm beside it');
  else if (!REALM.test(realm ?? '')) tell('realm', 'must be the name of the realm, beside the base URL');
  else {
    const root = (base ?? '').replace(/\/$/, '').replace(/(?<!\/auth)$/, '/auth');
    const value = `${root}/realms/${realm}/protocol/openid-connect/token`;
    return [{ path: ['accessTokenUrl'], value, from: ['baseUrl', 'realm'] }];
  }
  return [];
}

/** `owner=anna; cost center=4711`, and columns of one tag each. */
function tagsOf(cells: Row['cells'], tell: Tell): Given[] {
  const listed = (cells.get('tags') ?? '').split(/[;,\n|]/).flatMap((text): Given[] => {
    const [key = '', ...rest] = text.split(/[=:]/);
    if (key.trim() === '') return [];
    if (rest.length === 0) tell('tags', 'must be name=value; name=value');
    return [{ path: ['tags', key.trim()], value: text.slice(key.length + 1).trim(), from: ['tags'] }];
  });
  const single = [...cells].flatMap(([key, value]): Given[] =>
    key.startsWith(TAG_PREFIX) ? [{ path: ['tags', key.slice(TAG_PREFIX.length)], value, from: [key] }] : [],
  );
  return [...listed, ...single];
}

/** Two clients alternate; the strategy says so. */
function withSecondClient(settings: readonly Given[], second: string | undefined): Given[] {
  if (second === undefined) return [...settings];
  const pair = settings.map((one) =>
    one.path[0] === 'clientId' ? { ...one, value: [one.value, second], from: ['clientId', 'secondClientId'] } : one,
  );
  if (pair.some(({ path }) => path[0] === 'strategy')) return pair;
  return [...pair, { path: ['strategy'], value: 'alternating-clients', from: ['secondClientId'] }];
}
