import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Point } from '../apply/apply.ts';
import { openJournal } from '../apply/journal.ts';
import { loadingOf } from '../apply/loading.ts';
import { tokenCheck } from '../apply/token-check.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import { openState } from '../engine/state.ts';
import type { ConfigurationSettings, Settings } from '../settings/settings.ts';
import { createStore } from '../stores/create.ts';
import { makePrivateFolder } from './durable.ts';
import { type FileDeps, realFileDeps } from './files.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';

/** What engines take from outside. */
export interface HostDeps {
  readonly log: Log;
  readonly fetch: Network['fetch'];
  /** @default - the real ones */
  readonly files?: FileDeps;
  /** Called at each point of a write. @default - nothing */
  readonly reach?: (point: Point) => Promise<void> | void;
}

/** The engine of each configuration, by its name. */
export async function createEngines(settings: Settings, deps: HostDeps): Promise<ReadonlyMap<string, Engine>> {
  await makePrivateFolder(settings.state);
  const engines = settings.configurations.map(
    async (each): Promise<[string, Engine]> => [each.name, await engineOf(each, settings, deps)],
  );
  return new Map(await Promise.all(engines));
}

async function engineOf(
  configuration: ConfigurationSettings,
  { state }: Settings,
  { log, fetch, files = realFileDeps, reach }: HostDeps,
): Promise<Engine> {
  const folder = join(state, configuration.name);
  await makePrivateFolder(folder);
  return createEngine({
    store: createStore(configuration, folder, files),
    state: await openState(folder, () => randomBytes(6).toString('hex')),
    journal: openJournal(folder),
    loading: loadingOf(configuration, { ...files, fetch: (url, init) => globalThis.fetch(url, init) }),
    log: about(log, configuration.name),
    clientIds: configuration.clientIds ?? [],
    checkToken: configuration.tokenCheck ? tokenCheck(fetch) : undefined,
    reach,
  });
}

/** A log whose lines name the configuration. */
function about(log: Log, configuration: string): Log {
  return {
    info: (event, facts) => log.info(event, { configuration, ...facts }),
    warn: (event, facts) => log.warn(event, { configuration, ...facts }),
    error: (event, facts) => log.error(event, { configuration, ...facts }),
  };
}

/** The clients of AWS, with the default chain of credentials. */
export function createAwsClients({ region }: Settings, { requestHandler }: Network) {
  const options = { ...(region && { region }), requestHandler, maxAttempts: 3 };
  return { sqs: new SQSClient(options), secretsManager: new SecretsManagerClient(options) };
}
