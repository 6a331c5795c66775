import { once } from 'node:events';
import { progressOnStderr } from './cache.ts';
import { runCommand } from './command-line.ts';
import { HELP, readOptions } from './full-stack/options.ts';
import { startFullStack } from './full-stack.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  // While it starts, an end is at once: what runs and the folders go with this process, whatever they are at.
  const endAtOnce = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, endAtOnce);
  const stack = await startFullStack(options, progressOnStderr);
  const ended = Promise.race(SIGNALS.map((signal) => once(process, signal)));
  for (const signal of SIGNALS) process.off(signal, endAtOnce);
  process.stdout.write(`${JSON.stringify(stack.description)}\n`);
  progressOnStderr('ready; Ctrl-C or SIGTERM ends it');
  await ended;
  progressOnStderr('ending');
  await stack.close();
  return 0;
}

await runCommand(main);
