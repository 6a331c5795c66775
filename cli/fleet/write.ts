import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { applyEdits, type FormattingOptions, modify, parse } from 'jsonc-parser';
import { failed } from '../errors.ts';
import { checkFleet, type FleetDeployment, type FleetFindings } from './check.ts';
import type { Entry } from './interview.ts';

const EMPTY = '{\n  "credentials": []\n}\n';
const FORMAT: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

/** What a fleet file holds by now. */
export interface FleetText {
  readonly text: string;
  readonly ids: readonly string[];
  readonly agents: readonly string[];
}

/** Reads a fleet file for an addition; one that doesn't exist yet is empty. @throws {CliError} when it is no fleet file */
export function readFleetText(path: string): FleetText {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : EMPTY;
  const value = parse(text, undefined, { allowTrailingComma: true }) as
    | { credentials?: unknown; agents?: unknown }
    | undefined;
  if (!Array.isArray(value?.credentials))
    throw failed({ what: `${path} has no list of credentials`, next: `See what is wrong: csr fleet check ${path}.` });
  return { text, ids: idsOf(value.credentials, 'id'), agents: idsOf(value.agents, 'name') };
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

/** Writes a fleet file as a whole, or not at all: only a text in which synth would find no fault takes the place of the old one. */
export function replaceFleet(path: string, text: string, deployment: FleetDeployment): FleetFindings {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    const { faults, warnings, ...rest } = checkFleet(draft, deployment);
    const named = (lines: readonly string[]) => lines.map((line) => line.replaceAll(basename(draft), basename(path)));
    if (faults.length === 0) renameSync(draft, path);
    return { faults: named(faults), warnings: named(warnings), ...rest };
  } finally {
    rmSync(draft, { force: true });
  }
}
