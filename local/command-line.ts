/** A command was called in a way that it can't serve; its message is for the person who called it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * A port from the command line.
 *
 * @param flag its name, for the message
 * @param text undefined stays undefined
 * @throws {UsageError} when it isn't a whole number from 1 to 65535
 */
export function parsePort(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`${flag}: '${text}' is not a port; give a number from 1 to 65535`);
}

/**
 * Runs a command's main function: what it throws becomes its text on stderr and exit code 2.
 *
 * @param main resolves with the exit code, or undefined where the process goes on by itself
 */
export async function runCommand(main: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
