import { RUN_COLUMNS, runCells } from '../commands/look.ts';
import { begin, type Register } from '../commands/register.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { csv, shown } from '../terminal/text.ts';
import { collect, type Evidence } from './collect.ts';
import { markdown } from './markdown.ts';
import { type Month, monthBefore, parseMonth } from './month.ts';

/** `csr report`. */
export const report: Register = (program, act) => {
  begin(program, {
    name: 'report',
    description: 'tells what became of all credentials in a month, to be signed and filed',
    examples: [
      'csr report --month 2026-10 > rotations-2026-10.md',
      'csr report --month 2026-10 --csv > rotations-2026-10.csv',
    ],
    notes: 'Ends with exit code 1 where a credential could not be read: the report names it.',
  })
    .option('--month <yyyy-mm>', 'the month, in UTC (default: the last one that is over)', parseMonth)
    .option('--csv', 'prints the runs as CSV by RFC 4180')
    .action(
      act(async (context: Context, { month, csv: asCsv }: { month?: Month; csv?: boolean }) => {
        const now = new Date();
        const subject = { prefix: context.prefix, month: month ?? monthBefore(now), now };
        const evidence = await collect(subject, { api: await context.api(), note: context.note });
        const exit = evidence.unread.length > 0 ? EXIT.failed : EXIT.done;
        return { exit, value: evidence, text: asCsv ? csvOf(evidence) : markdown(evidence) };
      }),
    );
};

function csvOf({ credentials }: Evidence): string {
  const rows = credentials.flatMap(({ id, runs }) => runs.map((run) => [shown(id), ...runCells(run)]));
  return csv([['credential', ...RUN_COLUMNS], ...rows]).slice(0, -1);
}
