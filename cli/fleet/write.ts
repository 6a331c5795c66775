import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { readText } from '../../infra/fleet/file-text.ts';
import { failed } from '../errors.ts';
import { assertFile, checkDraft, type FleetDeployment, type FleetFindings, isOneOfSeveral } from './check.ts';
import { FORMAT } from './edit.ts';
import type { Entry } from './interview.ts';

/** What a stack may be called. */
const STACK = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;

/** What a fleet file holds by now. */
export interface FleetText {
  readonly path: string;
  /** What was there; undefined where there was no file. */
  readonly found: string | undefined;
  readonly text: string;
  /** What the text says, not judged yet. */
  readonly value: { readonly credentials: readonly unknown[] };
  readonly ids: readonly string[];
  readonly agents: readonly string[];
}

/**
 * Reads a fleet file for an addition; one that doesn't exist yet is empty.
 *
 * @throws {CliError} when it is no fleet file, or could not be written
 */
export function readFleetText(path: string, deployment: FleetDeployment): FleetText {
  assertWritable(dirname(path));
  const found = textAt(path);
  const text = found ?? emptyFleet(path, deployment);
  const value = parse(text, undefined, { allowTrailingComma: true }) as
    | { credentials?: unknown; agents?: unknown }
    | undefined;
  const credentials = value?.credentials;
  if (!Array.isArray(credentials))
    throw failed({ what: `${path} has no list of credentials`, next: `See what is wrong: csr fleet check ${path}.` });
  const ids = idsOf(credentials, 'id');
  return { path, found, text, value: { ...value, credentials }, ids, agents: idsOf(value?.agents, 'name') };
}

/** A new file. One of several has a stack of its own, by its name, so that it can grow and go without the others. */
function emptyFleet(path: string, deployment: FleetDeployment): string {
  const name = basename(path, '.json');
  const stack = STACK.test(name) && isOneOfSeveral(path, deployment) ? `  "stack": "${name}",\n` : '';
  return `{\n${stack}  "credentials": []\n}\n`;
}

/** With its byte order mark, if it has one. */
function textAt(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  assertFile(path);
  try {
    readText(path);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw failed({ what: error.lines.join('; '), next: 'Nothing is added to a file that would be misread.' });
  }
  return readFileSync(path, 'utf8');
}

function assertWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw failed({ what: `Nothing can be written into the folder ${folder}`, code, next: 'Name a file elsewhere.' });
  }
}

function idsOf(list: unknown, key: string): string[] {
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    const id = (one as Record<string, unknown> | null)?.[key];
    return typeof id === 'string' ? [id] : [];
  });
}

/** The text with an entry at the end of the list. Comments, and whatever else is there, stay as they are. */
export function withEntry(text: string, { credential, agents }: Entry): string {
  const add = (into: string, path: string[], value: unknown) =>
    applyEdits(into, modify(into, [...path, -1], value, { formattingOptions: FORMAT, isArrayInsertion: true }));
  const added = add(text, ['credentials'], credential);
  return agents.reduce((into, agent) => add(into, ['agents'], agent), added);
}

/**
 * Writes a fleet file as a whole, or not at all: only a text in which synth would find no fault takes the place of the old one. A link
 * stays a link, and the file's mode stays as it is.
 *
 * @param before what was there when the questions began; nothing is written where it is something else now
 */
export function replaceFleet(before: FleetText, text: string, deployment: FleetDeployment): FleetFindings {
  const exists = existsSync(before.path);
  const path = exists ? realpathSync(before.path) : before.path;
  const findings = checkDraft(before.path, text, deployment);
  if (findings.faults.length > 0) return findings;
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    if (exists) chmodSync(draft, statSync(path).mode);
    if (textAt(before.path) !== before.found) return { faults: [`${path}: was changed meanwhile`], warnings: [] };
    renameSync(draft, path);
    return findings;
  } finally {
    rmSync(draft, { force: true });
  }
}
