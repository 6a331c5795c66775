import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { measureBudget, PARTS } from './budget.ts';
import { type BenchOptions, HELP, readOptions, UsageError } from './options.ts';
import { circumstances, pageOf } from './page.ts';
import { SECTIONS } from './sections/sections.ts';
import { markdown, type Table } from './table.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = resolve(ROOT, 'docs/performance.md');
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
  const tables: Record<string, Table> = {};
  for (const section of SECTIONS.filter(({ name }) => only === undefined || name === only)) {
    const table = await section.run({ rounds, progress: (line) => console.error(line) });
    tables[section.name] = table;
    if (!json) console.log(markdown(table));
  }
  const where = circumstances(rounds, new Date());
  if (json) console.log(JSON.stringify({ ...where, tables }, null, 2));
  if (writeDocs) writeFileSync(PAGE, pageOf(where, Object.values(tables)));
}
