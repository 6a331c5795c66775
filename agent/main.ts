import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { check } from './commands/check.ts';
import { type DiscoverOptions, discover } from './commands/discover.ts';
import { run } from './commands/run.ts';
import { asAgentError, UsageError } from './errors.ts';
import { createLog } from './host/log.ts';
import { loadSettings } from './settings/load.ts';

const VERSION = manifest.version;

/** What ends a run. Windows has no SIGTERM: a service gets Ctrl+C, a console that closes is SIGHUP there. */
const ENDINGS = ['SIGTERM', 'SIGINT', 'SIGHUP', ...(process.platform === 'win32' ? ['SIGBREAK'] : [])];

/** 0 done, 1 failed, 2 the command line or the settings can't be served. */
type ExitCode = 0 | 1 | 2;

const EXAMPLES = `
Examples:
  agent check --settings /etc/connector-agent/agent.json
  agent run --settings /etc/connector-agent/agent.json
  agent discover --client-id NC_Flow_ClientCredentials --folder "C:\\ProgramData\\Connector"

Exit codes: 0 done, 1 failed, 2 the command line or the settings can't be served.`;

const SETTINGS = ['--settings <file>', "the agent's settings: JSON, comments allowed"] as const;

function program(done: (code: ExitCode) => void): Command {
  const agent = new Command('agent')
    .description(
      'Runs beside an OData connector and puts new client secrets into its configuration. It dials out only.',
    )
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  agent
    .command('run')
    .description('serves requests until SIGTERM, SIGHUP or SIGINT; logs JSON lines to standard output')
    .requiredOption(...SETTINGS)
    .action(async ({ settings }: { settings: string }) => done(await runCommand(settings)));
  agent
    .command('check')
    .description("finds out all that can be known without writing the connector's configuration")
    .requiredOption(...SETTINGS)
    .action(async ({ settings }: { settings: string }) => done(await checkCommand(settings)));
  agent
    .command('discover')
    .description(
      'finds out where a connector keeps its secret, with a marker in a TEST configuration, and proposes an adapter',
    )
    .requiredOption('--client-id <id>', 'the client of the TEST configuration')
    .requiredOption('--folder <dir>', 'where the connector keeps its files')
    .option('--marker-file <file>', 'a file with the marker; default: one is drawn and shown')
    .action(async (options: DiscoverOptions) => done(await discoverCommand(options)));
  agent
    .command('version')
    .description('prints the version')
    .action(() => {
      process.stdout.write(`${VERSION}\n`);
      done(0);
    });
  return agent;
}

async function runCommand(path: string): Promise<ExitCode> {
  const settings = await loadSettings(path);
  const log = createLog((line) => process.stdout.write(line), Date.now);
  const ending = new AbortController();
  for (const signal of ENDINGS) process.once(signal, () => ending.abort());
  await run(settings, { log, version: VERSION }, ending.signal);
  return 0;
}

async function checkCommand(path: string): Promise<ExitCode> {
  let code: ExitCode = 0;
  for await (const { title, result, detail } of check(await loadSettings(path))) {
    if (result === 'failed') code = 1;
    process.stdout.write(`${result.padEnd(8)} ${title}${detail ? `: ${detail}` : ''}\n`);
  }
  return code;
}

async function discoverCommand(options: DiscoverOptions): Promise<ExitCode> {
  const lines = createInterface({ input: process.stdin });
  try {
    // Begun before anything is asked: an input that has ended by then has ended all the same.
    const entered = lines[Symbol.asyncIterator]();
    const waitForEnter = async () => void (await entered.next());
    const print = (line: string) => process.stdout.write(`${line}\n`);
    const newMarker = () => `marker${randomBytes(18).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
    return (await discover(options, { print, waitForEnter, newMarker })) ? 0 : 1;
  } finally {
    lines.close();
  }
}

/** Runs a command line. @returns the exit code */
async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    await program((result) => {
      code = result;
    }).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${isUsage ? error.message : asAgentError(error).message}\n`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
