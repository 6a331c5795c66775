import { access, constants, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import { loadingOf } from '../apply/loading.ts';
import { asAgentError, codeOf, PROBLEMS, UsageError } from '../errors.ts';
import { createAwsClients } from '../host/compose.ts';
import { makePrivateFolder } from '../host/durable.ts';
import { realFileDeps } from '../host/files.ts';
import { createNetwork } from '../host/network.ts';
import type { ConfigurationSettings, Settings } from '../settings/settings.ts';
import { createStore } from '../stores/create.ts';
import { readToken } from './run.ts';

/** What was found out. */
export interface Finding {
  readonly title: string;
  readonly result: 'ok' | 'failed';
  /** Why it failed, and what to do; or what was seen. */
  readonly detail?: string | undefined;
}

/** Finds out all that can be known without writing the connector's configuration. */
export async function* check(settings: Settings): AsyncGenerator<Finding> {
  yield finding(`state folder ${settings.state}`, () => checkState(settings.state));
  for (const configuration of settings.configurations) yield* checkConfiguration(configuration, settings);
  const { listen, sqs } = settings.transports;
  if (listen)
    yield finding('token file of listen', async () => {
      await readToken(listen.tokenFile);
    });
  if (sqs) yield* checkAws(settings);
}

async function* checkConfiguration(configuration: ConfigurationSettings, settings: Settings): AsyncGenerator<Finding> {
  const { name, restart, reload, ready } = configuration;
  const store = createStore(configuration, join(settings.state, name), realFileDeps);
  yield finding(`${name}: reads`, async () => {
    const { configuration: stored } = await store.read();
    return [...stored.sections]
      .map(([place, { clientId, flowType }]) => `${place} ${clientId || '(no Client ID)'} ${flowType}`)
      .join(', ');
  });
  yield finding(`${name}: can be written`, () => store.prepare());
  for (const command of [restart?.command, reload?.command, ready && 'command' in ready ? ready.command : undefined])
    if (command) yield finding(`${name}: the program ${command[0]} is there`, () => demandProgram(command[0]));
  if ((restart ?? reload)?.check)
    yield finding(`${name}: the restart's own check`, () =>
      loadingOf(configuration, { ...realFileDeps, fetch }).check(),
    );
}

async function checkState(folder: string): Promise<void> {
  await makePrivateFolder(folder);
  if (process.platform !== 'win32' && ((await stat(folder)).mode & 0o077) !== 0)
    throw new UsageError(`Others may enter ${folder}: chmod 700.`);
  await rmdir(await mkdtemp(join(folder, 'check-')));
}

/** @throws {UsageError} when a program is neither at its path nor in a folder of PATH */
async function demandProgram(file: string): Promise<void> {
  // What the system finds without a shell: scripts and batch files are not among it.
  const endings = process.platform === 'win32' ? ['', '.com', '.exe'] : [''];
  const folders = isAbsolute(file) ? [''] : (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) =>
    endings.map((ending) => (folder ? join(folder, file) : file) + ending),
  );
  const found = await Promise.all(
    candidates.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!found.includes(true)) throw new UsageError(`There is no program ${file} that the agent's user may run.`);
}

async function* checkAws(settings: Settings): AsyncGenerator<Finding> {
  const { sqs, secretsManager } = createAwsClients(settings, await createNetwork(settings));
  const credentials = new Set(settings.configurations.map(({ credential }) => credential));
  const queues = [
    requestQueueName(settings.prefix, settings.name),
    ...[...credentials].map((each) => replyQueueName(settings.prefix, each)),
  ];
  for (const queue of queues)
    yield finding(`queue ${queue}`, async () => void (await sqs.send(new GetQueueUrlCommand({ QueueName: queue }))));
  sqs.destroy();
  secretsManager.destroy();
}

async function finding(title: string, look: () => Promise<unknown>): Promise<Finding> {
  try {
    const detail = await look();
    return { title, result: 'ok', ...(typeof detail === 'string' && { detail }) };
  } catch (error) {
    return { title, result: 'failed', detail: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  const agentError = asAgentError(error);
  if (agentError.code !== 'internal')
    return `${agentError.message} ${PROBLEMS[agentError.code].next} (${agentError.code})`;
  return error instanceof Error ? `${error.name}${codeOf(error) ? ` (${codeOf(error)})` : ''}` : 'unknown error';
}
