import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { markdown, type Table } from './table.ts';

/** Where and when something was measured. */
export interface Circumstances {
  readonly machine: string;
  /** Of what takes part, by its name. */
  readonly versions: Readonly<Record<string, string>>;
  /** `2026-03-01` */
  readonly date: string;
  readonly rounds: number;
}

/** What takes part in what is measured, beside Node. */
const PACKAGES = ['@aws-sdk/client-secrets-manager', 'undici', 'esbuild'];

/** The circumstances of a run on this machine. */
export function circumstances(rounds: number, now: Date): Circumstances {
  const [cpu] = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${cpus().length} × ${cpu?.model.trim()}, ${gibibytes} GiB, ${process.platform} ${process.arch}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
    date: now.toISOString().slice(0, 10),
    rounds,
  };
}

function versionOf(name: string): string {
  const file = resolve(import.meta.dirname, '..', 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The page of `docs/`, as Markdown. */
export function pageOf({ machine, versions, date, rounds }: Circumstances, tables: readonly Table[]): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Performance

Written by \`npm run bench -- --write-docs\` on ${date}, in ${rounds} paired rounds. Machine: ${machine}. Versions: ${named.join(', ')}.

The peers did the same job in the same run, over the same embedded parts: *template* is AWS's four-step template of a rotation function, ported call for call and completed; *naive script* regenerates, stores and pushes, and checks nothing.

${tables.map(markdown).join('\n')}`;
}
