import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { measureBudget, PARTS } from './budget.ts';
import { judge } from './goals.ts';
import { goalsTable } from './goals-table.ts';
import { type BenchOptions, HELP, readOptions, UsageError } from './options.ts';
import { circumstances, type Found, findingsOf, pageOf, pageOfOne, withBrief } from './page.ts';
import type { Report } from './section.ts';
import { LONG, REAL, SECTIONS } from './sections/sections.ts';
import { markdown } from './table.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = resolve(ROOT, 'docs/performance.md');
const README = resolve(ROOT, 'README.md');
const BUDGET = resolve(ROOT, 'test/bench/budget.json');

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else if (options.writeBudget) writeFileSync(BUDGET, `${JSON.stringify(await measureBudget(PARTS), null, 2)}\n`);
  else await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function bench({ only, rounds, json, writeDocs }: BenchOptions): Promise<void> {
  const reports: Record<string, Report> = {};
  const begun = Date.now();
  const progress = (line: string) => console.error(`${Math.round((Date.now() - begun) / 1000)} s  ${line}`);
  const asked = only === undefined ? SECTIONS : [...SECTIONS, ...LONG, REAL].filter(({ name }) => name === only);
  for (const section of asked) {
    const report = await section.run({ rounds, progress });
    reports[section.name] = report;
    if (!json) for (const table of report.tables) console.log(markdown(table));
  }
  progress('done');
  tell({ where: circumstances(rounds, new Date()), reports }, { json, writeDocs, ...(only !== undefined && { only }) });
}

function tell(found: Found, { json, writeDocs, only }: Pick<BenchOptions, 'json' | 'writeDocs' | 'only'>): void {
  const findings = findingsOf(found);
  if (json) {
    const tables = Object.fromEntries(Object.entries(found.reports).map(([name, { tables }]) => [name, tables]));
    console.log(JSON.stringify({ ...found.where, goals: judge(findings), tables }, null, 2));
  } else if (findings.length > 0) console.log(markdown(goalsTable(findings)));
  if (!writeDocs) return;
  if (only !== undefined) {
    writeFileSync(pageFileOf(only), pageOfOne(found));
    return;
  }
  const others = [...LONG, REAL].map(({ name }) => name).filter((name) => existsSync(pageFileOf(name)));
  writeFileSync(PAGE, pageOf(found, others));
  writeFileSync(README, withBrief(readFileSync(README, 'utf8'), found));
}

/** The page of what is run alone. */
function pageFileOf(name: string): string {
  return resolve(ROOT, `docs/performance-${name}.md`);
}
