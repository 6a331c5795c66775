import { type Command, CommanderError } from 'commander';
import type { Act } from './commands/register.ts';
import { createContext, type GlobalOptions, type Result } from './context.ts';
import { CliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createProgram, VERSION, withoutValue } from './program.ts';

/** Carries a command line out. @returns the exit code */
async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.done;
  }
  let exit: ExitCode = EXIT.done;
  const act: Act =
    (work) =>
    async (...all) => {
      const command = all.at(-1) as Command;
      const options = command.optsWithGlobals();
      const result = await work(
        createContext(options as GlobalOptions),
        options as never,
        ...(command.processedArgs as never),
      );
      print(result, options.json === true);
      exit = result.exit;
    };
  try {
    await createProgram(act).parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    return fail(error, argv);
  }
}

function print({ value, text }: Result, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/** The words go to stderr, and with `--json` what is known goes to stdout too. */
function fail(error: unknown, argv: readonly string[]): ExitCode {
  const json = argv.includes('--json');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // Commander has said on stderr what is wrong.
    if (json) process.stdout.write(`${JSON.stringify({ error: { what: withoutValue(error.message) } }, null, 2)}\n`);
    return EXIT.usage;
  }
  const failure = error instanceof CliError ? error : unforeseen(error);
  if (json) process.stdout.write(`${JSON.stringify(failure.value, null, 2)}\n`);
  process.stderr.write(`csr: ${failure.message}\n`);
  return failure.exit;
}

/** A fault of this program. Its message may quote anything, so only its kind is told. */
function unforeseen(error: unknown): CliError {
  const { name, code } = error as Error & { code?: string };
  return new CliError(EXIT.changed, {
    what: 'This program failed',
    code: code ?? name,
    state: 'it is not known whether something was changed',
    next: 'Look first: csr status ID. Report it if it persists.',
  });
}

void main(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
});
