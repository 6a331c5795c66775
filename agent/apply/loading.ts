import { durationMs } from '../../functions/credential/duration.ts';
import { AgentError } from '../errors.ts';
import { type Ended, runProgram } from '../host/run-program.ts';
import type { ConfigurationSettings } from '../settings/settings.ts';

/** How the connector's process comes to use what was written. */
export interface Loading {
  /** Whether the agent makes the process load: by a restart or a reload. */
  readonly isConfigured: boolean;
  /** Whether the process is known to load by itself. */
  readonly isHot: boolean;
  /** Tries what `load` needs. @throws {AgentError} `restart-failed` */
  check(): Promise<void>;
  /**
   * Restarts or reloads, if that is configured, and waits until the connector is ready. May be repeated.
   *
   * @throws {AgentError} `restart-failed`, `not-ready`
   */
  load(): Promise<void>;
}

/** What loading takes from outside. */
export interface LoadingDeps {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: (url: string, init: { redirect: 'manual'; signal: AbortSignal }) => Promise<Response>;
}

const PAUSE_MS = 250;

/** Loading by the settings of a configuration. */
export function loadingOf({ restart, reload, hotReload, ready }: ConfigurationSettings, deps: LoadingDeps): Loading {
  const command = restart ?? reload;
  const what = restart ? 'restart' : 'reload';
  const run = async (argv: readonly string[], timeout: string, sentence: string) => {
    const ended = await runProgram({ argv: argv as [string, ...string[]], timeoutMs: durationMs(timeout) });
    if (!isDone(ended)) throw new AgentError('restart-failed', `${sentence} ${describe(ended)}.`);
  };
  return {
    isConfigured: command !== undefined,
    isHot: hotReload,
    check: async () => {
      if (command?.check) await run(command.check, command.timeout, `The check of the ${what} command`);
    },
    load: async () => {
      if (command) await run(command.command, command.timeout, `The ${what} command`);
      if (ready) await untilReady(ready, deps);
    },
  };
}

async function untilReady(
  ready: NonNullable<ConfigurationSettings['ready']>,
  { now, sleep, fetch }: LoadingDeps,
): Promise<void> {
  const end = now() + durationMs(ready.timeout);
  for (;;) {
    const left = Math.max(end - now(), 1);
    const isReady = 'url' in ready ? await answers(ready.url, { left, fetch }) : await succeeds(ready.command, left);
    if (isReady) return;
    if (now() + PAUSE_MS >= end)
      throw new AgentError('not-ready', `The connector was not ready within ${ready.timeout}.`);
    await sleep(PAUSE_MS);
  }
}

async function answers(url: string, { left, fetch }: { left: number; fetch: LoadingDeps['fetch'] }): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(left) });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

async function succeeds(argv: readonly string[], left: number): Promise<boolean> {
  return isDone(await runProgram({ argv: argv as [string, ...string[]], timeoutMs: left }));
}

function isDone(ended: Ended): boolean {
  return ended.kind === 'exited' && ended.code === 0;
}

function describe(ended: Ended): string {
  const words = {
    'not-started': 'could not be started',
    timeout: 'took too long and was ended',
    killed: 'was killed',
    'too-much-output': 'was ended',
  };
  return ended.kind === 'exited' ? `ended with code ${ended.code}` : words[ended.kind];
}
