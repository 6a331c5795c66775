import { openJournal } from '../../agent/apply/journal.ts';
import type { Loading } from '../../agent/apply/loading.ts';
import { createEngine, type Engine } from '../../agent/engine/engine.ts';
import { openState } from '../../agent/engine/state.ts';
import { makePrivateFolder } from '../../agent/host/durable.ts';
import type { FileDeps } from '../../agent/host/files.ts';
import type { Log } from '../../agent/host/log.ts';
import type { ConfigurationSettings, Settings } from '../../agent/settings/settings.ts';
import { createStore } from '../../agent/stores/create.ts';
import type { Line, ReadSecret } from '../../agent/transports/sqs/line.ts';
import { runLoop } from '../../agent/transports/sqs/loop.ts';
import { createRequests } from '../../agent/transports/sqs/requests.ts';
import type { Life } from './life.ts';
import { steppedJournal, steppedState, steppedStore } from './stepped.ts';

/** What the program finds on its host. */
export interface ProgramHost {
  readonly settings: Settings;
  readonly files: (life: Life) => FileDeps;
  readonly line: (life: Life) => Line;
  readonly readSecret: (life: Life) => ReadSecret;
  readonly loading: (life: Life, configuration: string) => Loading;
  /** Hears what is done to a configuration. */
  readonly ears: Ears;
  readonly log: Log;
  /** Milliseconds since 1970, by the host's own clock. */
  readonly now: () => number;
  readonly newInstance: () => string;
}

/** What is heard of the agent's work. */
export interface Ears {
  /** A write has begun, or one that was cut off is found. */
  readonly began: (configuration: string, request: string) => void;
  /** The file was replaced: by a write, or to take one back. */
  readonly replaced: (configuration: string, isBack: boolean) => void;
  /** What an earlier process had left is at rest. */
  readonly cameToRest: (configuration: string) => void;
  readonly wasRead: (configuration: string) => void;
  readonly gaveEtag: (configuration: string, etag: string) => void;
}

/** The agent's program, put together as its command `run` does it; every touch of the world is a step of its life. */
export async function runProgram(life: Life, host: ProgramHost): Promise<void> {
  const engines = new Map<string, Engine>();
  for (const configuration of host.settings.configurations) {
    engines.set(configuration.name, await engineOf(configuration, life, host));
  }
  // One that can't be brought to rest doesn't keep the others from being served.
  for (const [name, engine] of engines) {
    const isAtRest = await engine.start().then(
      () => true,
      () => false,
    );
    if (isAtRest) host.ears.cameToRest(name);
  }
  const { settings, now, log } = host;
  const answer = createRequests({
    settings,
    host: 'host-of-the-agent',
    engines,
    readSecret: host.readSecret(life),
    log,
    now,
  });
  const loop = { line: host.line(life), answer, log, random: () => 0.5, sleep: (ms: number) => life.sleep(ms) };
  await runLoop(loop, new AbortController().signal);
}

async function engineOf(configuration: ConfigurationSettings, life: Life, host: ProgramHost): Promise<Engine> {
  const { name, clientIds = [] } = configuration;
  const { ears, log } = host;
  const folder = `${host.settings.state}/${name}`;
  const state = await life.step(`open state ${name}`, async () => {
    await makePrivateFolder(folder);
    return await openState(folder, host.newInstance);
  });
  return createEngine({
    store: steppedStore(createStore(configuration, folder, host.files(life)), { life, name, ears }),
    state: steppedState(state, { life, name, ears }),
    journal: steppedJournal(openJournal(folder), { life, name, ears }),
    loading: host.loading(life, name),
    log,
    clientIds,
  });
}
