import { readFile } from 'node:fs/promises';
import { type ParseError, parse } from 'jsonc-parser';
import type * as z from 'zod';
import { codeOf, UsageError } from '../errors.ts';
import { Settings } from './settings.ts';
import { windowsFaults } from './windows.ts';

/**
 * Reads the agent's settings: JSON, comments allowed.
 *
 * @throws {UsageError} with one line a fault
 */
export async function loadSettings(path: string): Promise<Settings> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`The settings ${path} can't be read (${codeOf(error) ?? 'unknown error'}).`);
  });
  return parseSettings(text, path);
}

/** @throws {UsageError} with one line a fault */
export function parseSettings(text: string, path: string): Settings {
  if (text.includes('\u0000')) throw new UsageError(`${path}: is UTF-16; save it as UTF-8.`);
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [fault] = errors;
  if (fault) throw new UsageError(`${path}: line ${text.slice(0, fault.offset).split('\n').length} is not JSON.`);
  const settings = Settings.safeParse(value);
  if (settings.success) return servable(settings.data, path);
  throw new UsageError(settings.error.issues.flatMap((issue) => linesOf(issue, path)).join('\n'));
}

function servable(settings: Settings, path: string): Settings {
  const faults = process.platform === 'win32' ? windowsFaults(settings) : [];
  if (faults.length === 0) return settings;
  throw new UsageError(faults.map((fault) => `${path}: ${fault}`).join('\n'));
}

function linesOf(issue: z.core.$ZodIssue, path: string): string[] {
  const place = issue.path.reduce<string>(
    (way, key) => (typeof key === 'number' ? `${way}[${key}]` : `${way}.${String(key)}`),
    '',
  );
  return [`${path}${place && `: ${place.slice(1)}`}: ${issue.message}`];
}
