import { once } from 'node:events';
import { runCommand } from '../command-line.ts';
import { type ExampleStack, startExample } from './example.ts';
import { type ExampleOptions, HELP, readOptions, type StackOptions } from './options.ts';
import { progressOnStderr } from './programs/cache.ts';
import { startFullStack } from './stack.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

async function start(options: StackOptions | ExampleOptions): Promise<ExampleStack> {
  const hooks = { onProgress: progressOnStderr };
  if ('example' in options) return await startExample(options, hooks);
  return { ...(await startFullStack(options, hooks)), commands: [] };
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  // While it starts, an end is at once: what runs and the folders go with this process, whatever they are at.
  const endAtOnce = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, endAtOnce);
  const stack = await start(options);
  const ended = Promise.race(SIGNALS.map((signal) => once(process, signal)));
  for (const signal of SIGNALS) process.off(signal, endAtOnce);
  process.stdout.write(`${JSON.stringify(stack.description)}\n`);
  for (const command of stack.commands) process.stdout.write(`${command}\n`);
  progressOnStderr('ready; Ctrl-C or SIGTERM ends it');
  await ended;
  progressOnStderr('ending');
  await stack.close();
  return 0;
}

await runCommand(main);
