import { type AccessEntry, type Form, readEntries } from '../access/entries.ts';
import { readPrivate } from '../access/private-file.ts';
import { type Ended, setMany } from '../access/set-many.ts';
import type { Context, Result } from '../context.ts';
import { CliError, failed, usage } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { RowFault } from '../sheet/read.ts';
import { leavable } from '../terminal/leave.ts';
import { progress } from '../terminal/progress.ts';
import { shown, table } from '../terminal/text.ts';

/** Sets every access secret that a file holds. @param form what a row without a form has */
export async function setFromFile(context: Context, file: string, form?: Form): Promise<Result> {
  const { entries, faults } = readEntries(await readPrivate(file), { prefix: context.prefix, form });
  if (faults.length > 0) throw faulty(file, faults);
  if (entries.length === 0) throw usage(`${file} has no row`, 'Its columns are Secret ID, Form, Username and Value.');
  // Whoever isn't signed in is told so once.
  await context.session.keys();
  const ended = await carriedOut(context, entries);
  const bad = ended.filter(({ done }) => done === 'failed');
  const exit = exitOf(ended);
  const value = {
    file,
    ...Object.fromEntries(DONE.map((done) => [done, countOf(ended, done)])),
    secrets: ended.map(({ row, secretId, done, failure }) => ({ row, secretId, done, error: failure?.facts })),
  };
  const text = [
    ...(bad.length === 0 ? [] : [failureTable(bad), '']),
    `${DONE.map((done) => `${countOf(ended, done)} ${done}`).join(', ')}.`,
    advice(file, bad.length),
  ].join('\n');
  return { exit, value, text };
}

const DONE = ['created', 'replaced', 'unchanged', 'failed'] as const satisfies readonly Ended['done'][];

async function carriedOut(context: Context, entries: readonly AccessEntry[]): Promise<Ended[]> {
  let written = 0;
  const step = progress(entries.length, (line) => context.note(line));
  const left = () =>
    new CliError(written > 0 ? EXIT.changed : EXIT.failed, {
      what: `The command was left before all of the ${entries.length} access secrets were set`,
      state: `${written} were written, and a few more may have been`,
      next: 'Repeat the command: it skips what is set already.',
    });
  return await leavable(left, () =>
    setMany(entries, context.session, ({ done }) => {
      if (done === 'created' || done === 'replaced') written += 1;
      step();
    }),
  );
}

function countOf(ended: readonly Ended[], done: Ended['done']): number {
  return ended.filter((one) => one.done === done).length;
}

/** Whether something was changed comes first, then whether a repeat can succeed. */
function exitOf(ended: readonly Ended[]): ExitCode {
  const exits = ended.flatMap(({ failure }) => failure?.exit ?? []);
  if (exits.length === 0) return EXIT.done;
  const changed = exits.includes(EXIT.changed) || ended.some(({ done }) => done === 'created' || done === 'replaced');
  if (changed) return EXIT.changed;
  return exits.every((exit) => exit === EXIT.notNow) ? EXIT.notNow : EXIT.failed;
}

function failureTable(bad: readonly Ended[]): string {
  const rows = bad.map(({ row, secretId, failure }) => {
    const { what = '', code, next = '' } = failure?.facts ?? {};
    return [String(row), secretId, shown(code === undefined ? what : `${what} (${code})`), shown(next)];
  });
  return table(['ROW', 'SECRET', 'FAILED', 'WHAT TO DO'], rows);
}

function advice(file: string, bad: number): string {
  const named = file === '-' ? 'what you piped, if it is kept anywhere' : file;
  if (bad === 0) return `Delete ${named}: it holds secrets.`;
  return `Repeat the command for the rest: it skips what is set already. Then delete ${named}: it holds secrets.`;
}

/** Cells aren't repeated. */
function faulty(file: string, faults: readonly RowFault[]): CliError {
  const rows = faults.map(({ row, column, fault }) => [String(row), shown(column), shown(fault)]);
  return failed({
    what: `${file}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`,
    detail: `\n${table(['ROW', 'COLUMN', 'FAULT'], rows, Number.POSITIVE_INFINITY)}`,
    state: 'nothing was written',
    next: 'Correct the rows and repeat the command.',
    json: { file, faults },
  });
}
