import { FORMS } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { type Row, type RowFault, readSheet, type Form as SheetForm } from '../sheet/read.ts';

/** What the rotator can sign in with. */
export type Form = keyof typeof FORMS;

export const FORM_NAMES = Object.keys(FORMS) as Form[];

/** One access secret to set. */
export interface AccessEntry {
  readonly row: number;
  readonly secretId: string;
  /** The JSON text that is stored. */
  readonly value: Secret;
}

type ColumnKey = 'secretId' | 'form' | 'username' | 'value';

const ACCESS: SheetForm<ColumnKey> = {
  name: 'a file of access secrets',
  columns: {
    secretId: { title: 'Secret ID', also: ['secret name', 'name', 'access secret'] },
    form: { title: 'Form', also: ['type', 'kind'] },
    username: { title: 'Username', also: ['user name', 'user'] },
    value: { title: 'Value', also: ['secret', 'client secret', 'token', 'password'], exact: true },
  },
};

/** How entries are read. */
interface Reading {
  readonly prefix: string;
  /** What a row without a form has. */
  readonly form?: Form | undefined;
}

/**
 * Reads access secrets from a sheet.
 *
 * @throws {CliError} when it is no such sheet
 */
export function readEntries(text: string, reading: Reading): { entries: AccessEntry[]; faults: RowFault[] } {
  const sheet = readSheet(text, ACCESS);
  const seen = new Map<string, number>();
  const read = sheet.rows.map((row) => readEntry(row, { ...reading, seen }));
  const faults = [...sheet.faults, ...read.flatMap((one) => one.faults)];
  return { entries: read.map(({ entry }) => entry), faults };
}

function readEntry({ row, cells }: Row, { prefix, form: otherwise, seen }: Reading & { seen: Map<string, number> }) {
  const cell = (key: ColumnKey) => cells.get(key);
  const faults: RowFault[] = [];
  const tell = (key: ColumnKey, fault: string) => void faults.push({ row, column: ACCESS.columns[key].title, fault });
  const [secretId = '', value = '', username] = [cell('secretId'), cell('value'), cell('username')];
  const form = FORM_NAMES.find((one) => one.toLowerCase() === cell('form')?.toLowerCase()) ?? otherwise;
  const first = seen.get(secretId);
  if (!isAccessName(secretId, prefix))
    tell('secretId', `must begin with ${prefix}-access/<id>/ or ${prefix}-access/shared/`);
  else if (first !== undefined) tell('secretId', `is that of row ${first}, too`);
  else seen.set(secretId, row);
  if (form === undefined) tell('form', `must be ${FORM_NAMES.join(', ')}, here or with --form`);
  else if ((form === 'basic') !== (username !== undefined)) tell('username', 'belongs to basic, and only to it');
  if (value === '') tell('value', 'is missing');
  const document = documentOf(form ?? 'clientSecret', new Secret(value), username ?? '-');
  if (form !== undefined && value !== '' && !canBeSent(form, document)) tell('value', unsendable(form));
  return { entry: { row, secretId, value: document }, faults };
}

/** The JSON text that is stored for a form. Certificates are many lines: they come as such a text. */
export function documentOf(form: Form, given: Secret, username: string | undefined): Secret {
  if (form === 'tls') return given;
  const value = given.reveal();
  return new Secret(JSON.stringify(form === 'basic' ? { username, password: value } : { [form]: value }));
}

/** Whether a value can be encoded into a request. */
export function canBeSent(form: Form, document: Secret): boolean {
  return FORMS[form].safeParse(jsonIn(document)).success;
}

/** @returns undefined where a text is not JSON */
export function jsonIn(text: Secret): unknown {
  try {
    return JSON.parse(text.reveal());
  } catch {
    return undefined;
  }
}

/** What is wrong with a value that can't be sent. */
export function unsendable(form: Form): string {
  if (form === 'tls')
    return 'is not a JSON document with ca, or certificate and privateKey, or all three, each a text in PEM, or has a member that nobody reads';
  return `can't be sent as ${form}: it has a control character or, in a token, a blank in it`;
}

/** Whether a name is one of an access secret of the deployment. */
export function isAccessName(secretId: string, prefix: string): boolean {
  return secretId.startsWith(`${prefix}-access/`) && /^[\w/+=.@-]{1,512}$/.test(secretId);
}
