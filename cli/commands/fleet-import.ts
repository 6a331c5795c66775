import type { Command } from 'commander';
import type { Context, Result } from '../context.ts';
import { failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Import } from '../fleet/import/import.ts';
import type { Change, Item } from '../fleet/import/plan.ts';
import { csv, shown, table } from '../terminal/text.ts';
import { assertFaultless, contextOf } from './fleet-context.ts';
import { type Act, begin, collect } from './register.ts';

interface ImportOptions {
  readonly into: string;
  readonly dryRun?: boolean;
  readonly skipFaulty?: boolean;
  readonly template?: boolean;
  readonly context?: readonly string[];
}

/** `csr fleet import`. */
export function registerImport(group: Command, act: Act): void {
  begin(group, {
    name: 'import',
    description: 'adds and changes credentials by the rows of a spreadsheet, saved as CSV',
    examples: [
      'csr fleet import --template > customers.csv',
      'csr fleet import customers.csv --into fleet.json --dry-run',
      'csr fleet import customers.csv --into fleet.json',
    ],
    notes:
      'Rows are found by their id, or by customer and environment. An empty cell says nothing; a second import of the same rows changes\nnothing. Nothing is written while any row has a fault, unless with --skip-faulty.',
  })
    .argument('[sheet]', 'a file of comma, semicolon or tab separated values in UTF-8; - is stdin')
    .option('--into <file>', 'the fleet file; a new one is begun where there is none', 'credentials.json')
    .option('--dry-run', 'shows what would be written, and writes nothing')
    .option('--skip-faulty', 'leaves out credentials whose rows have a fault, and writes the others')
    .option('--template', 'prints a sheet to begin with')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .action(act(importRows));
}

async function importRows(context: Context, options: ImportOptions, sheet?: string): Promise<Result> {
  if (options.template) return await template();
  if (sheet === undefined) throw usage('No sheet was named', 'Name its file, or print one to begin with: --template.');
  const { into: file, dryRun = false, skipFaulty = false } = options;
  const [{ sheetText }, { importSheet }, { readFleetText, replaceFleet }, { checkDraft }] = await Promise.all([
    import('../sheet/open.ts'),
    import('../fleet/import/import.ts'),
    import('../fleet/write.ts'),
    import('../fleet/check.ts'),
  ]);
  const deployment = { context: contextOf(context, options.context) };
  const into = readFleetText(file, deployment);
  if (into.ids.length > 0) await assertFaultless(into, deployment);
  const found = importSheet(await sheetText(sheet), into, { prefix: context.prefix, deployment, skipFaulty });
  const { faults, skipped, text } = found;
  const stops = faults.length > 0 && (!skipFaulty || skipped.length === 0);
  if (stops) throw refused(file, found);
  const changes = text !== into.text;
  const writes = changes && !dryRun;
  const judge = () => (dryRun ? checkDraft(file, text, deployment) : replaceFleet(into, text, deployment));
  const { faults: late, warnings } = changes ? judge() : { faults: [], warnings: [] };
  if (late.length > 0) throw refused(file, { ...found, faults: late.map((fault) => ({ row: 0, column: '', fault })) });
  for (const line of warnings) context.note(`warning: ${shown(line)}`);
  return result(file, { found, dryRun, writes, warnings });
}

interface Done {
  readonly found: Import;
  readonly dryRun: boolean;
  readonly writes: boolean;
  readonly warnings: readonly string[];
}

function result(file: string, { found, dryRun, writes, warnings }: Done): Result {
  const { items, faults, skipped } = found;
  const count = (kind: Item['kind']) => items.filter((item) => item.kind === kind).length;
  const counts = { added: count('added'), changed: count('changed'), unchanged: count('unchanged') };
  const sum = `${counts.added} added, ${counts.changed} changed, ${counts.unchanged} unchanged`;
  const left = skipped.length === 0 ? '' : `; ${skipped.length} ${skipped.length === 1 ? 'row' : 'rows'} left out`;
  const text = [
    ...(faults.length === 0 ? [] : [faultTable(faults), '']),
    ...(items.length === 0 ? [] : [planTable(items), '']),
    `${file}: ${sum}${left}.${dryRun ? ' Nothing was written: that was a dry run.' : ''}`,
    ...(writes
      ? ['Next: csr access set --from-file FILE for their access secrets, npx cdk deploy --all, csr doctor --all.']
      : []),
  ].join('\n');
  const rows = items.map(({ id, row, kind, changes }) => ({ id, row, kind, changes }));
  const value = { file, dryRun, ...counts, skipped, faults, credentials: rows, warnings };
  if (faults.length === 0) return { exit: EXIT.done, value, text };
  return { exit: writes ? EXIT.changed : EXIT.failed, value, text };
}

function planTable(items: readonly Item[]): string {
  const rows = items.flatMap(({ row, id, kind, changes }) => {
    const [first = '', ...more] = changes.map(changeText);
    return [[String(row), id, kind, first], ...more.map((text) => ['', '', '', text])];
  });
  return table(['ROW', 'CREDENTIAL', 'WHAT', 'CHANGES'], rows, Number.POSITIVE_INFINITY);
}

function changeText({ path, before, after }: Change): string {
  const values = before === undefined ? valueText(after) : `${valueText(before)} → ${valueText(after)}`;
  return shown(`${path.join('.')}: ${values}`);
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function faultTable(faults: Import['faults']): string {
  const rows = faults.map(({ row, column, fault }) => [row === 0 ? '-' : String(row), shown(column), shown(fault)]);
  return table(['ROW', 'COLUMN', 'FAULT'], rows, Number.POSITIVE_INFINITY);
}

function refused(file: string, { faults, items }: Pick<Import, 'faults' | 'items'>) {
  return failed({
    what: `${file}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${items.length} credentials of the sheet`,
    detail: `\n${faultTable(faults)}`,
    state: 'nothing was written',
    next: 'Correct the rows and repeat the command; --skip-faulty leaves them out.',
    json: { file, faults },
  });
}

async function template(): Promise<Result> {
  const { TEMPLATE } = await import('../fleet/import/columns.ts');
  return { exit: EXIT.done, value: { rows: TEMPLATE }, text: csv(TEMPLATE).trimEnd() };
}
