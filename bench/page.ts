import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Finding } from './goals.ts';
import { briefTable, goalsTable, missedText } from './goals-table.ts';
import type { Report } from './section.ts';
import { markdown, rowsOf } from './table.ts';

/** Where and when something was measured. */
export interface Circumstances {
  readonly machine: string;
  /** Of what takes part, by its name. */
  readonly versions: Readonly<Record<string, string>>;
  /** `2026-03-01` */
  readonly date: string;
  readonly rounds: number;
}

/** What a run found, and where. */
export interface Found {
  readonly where: Circumstances;
  /** By section, in the order of the page. */
  readonly reports: Readonly<Record<string, Report>>;
}

/** What takes part in what is measured, beside Node. */
const PACKAGES = ['@aws-sdk/client-secrets-manager', 'undici', 'esbuild', 'aws-cdk-lib'];

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

/** All findings of a run. */
export function findingsOf({ reports }: Pick<Found, 'reports'>): Finding[] {
  return Object.values(reports).flatMap(({ findings }) => findings);
}

/**
 * The page of `docs/`, as Markdown.
 *
 * @param others what was run alone and has a page of its own
 */
export function pageOf(found: Found, others: readonly string[] = []): string {
  const links = others.map((name) => `[${name}](performance-${name}.md)`);
  return `# Performance

Written by \`npm run bench -- --write-docs\` on ${found.where.date}, in ${found.where.rounds} paired rounds. ${machineOf(found)}${links.length > 0 ? ` Measured apart from it: ${links.join(', ')}.` : ''}

The peers did the same job in the same run, over the same embedded parts: *template* is AWS's four-step template of a rotation function, ported call for call and completed; *naive script* regenerates, stores and pushes, and checks nothing.

${markdown(goalsTable(findingsOf(found)))}
${missedText(findingsOf(found))}
${tablesOf(found)}`;
}

/** The page of a section that is run alone, as Markdown. */
export function pageOfOne(found: Found): string {
  const [name = ''] = Object.keys(found.reports);
  return `# Performance: ${name}

Written by \`npm run bench -- --only ${name} --write-docs\` on ${found.where.date}. ${machineOf(found)} The rest is in [performance.md](performance.md).

${tablesOf(found)}`;
}

function machineOf({ where: { machine, versions } }: Found): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Machine: ${machine}. Versions: ${named.join(', ')}.`;
}

function tablesOf({ reports }: Found): string {
  return Object.values(reports)
    .flatMap((report) => report.tables)
    .map(markdown)
    .join('\n');
}

const [BEGIN, END] = ['<!-- bench -->', '<!-- /bench -->'];

/** The README with what was found between its marks. @throws {Error} without the marks */
export function withBrief(readme: string, found: Found): string {
  const [before, rest = ''] = readme.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} … ${END}`);
  const { date, machine } = found.where;
  const told = `Measured on ${date} (${machine}); [docs/performance.md](docs/performance.md) has the rest.`;
  return `${before}${BEGIN}\n\n${told}\n\n${rowsOf(briefTable(findingsOf(found)))}\n\n${END}${after}`;
}
