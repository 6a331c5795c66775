import { type Command, CommanderError } from 'commander';
import type { Act } from './commands/register.ts';
import { createContext, type GlobalOptions } from './context.ts';
import { CliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createProgram, VERSION, withoutValue } from './program.ts';
import { wasLeft } from './terminal/leave.ts';
import { bearLostReaders, print } from './terminal/output.ts';

/** Carries a command line out. @returns the exit code */
async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    await print(`${VERSION}\n`);
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
      await print(options.json === true ? jsonOf(result.value) : `${result.text}\n`);
      exit = result.exit;
    };
  try {
    await createProgram(act).parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    return await fail(error, argv);
  }
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The words go to stderr, and with `--json` what is known goes to stdout too. */
async function fail(error: unknown, argv: readonly string[]): Promise<ExitCode> {
  const json = argv.includes('--json');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // Commander has said on stderr what is wrong.
    if (json) await print(jsonOf({ error: { what: withoutValue(error.message) } }));
    return EXIT.usage;
  }
  const failure = error instanceof CliError ? error : unforeseen(error);
  process.stderr.write(`csr: ${failure.message}\n`);
  // The exit code and stderr tell the failure, whatever becomes of stdout.
  if (json) await print(jsonOf(failure.value)).catch(() => {});
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

bearLostReaders();
void main(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
  if (wasLeft()) process.exit();
});
