import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentProcess, startAgent } from '../../agent/support/process.ts';
import { adapterFor } from '../../support/file-connector-layout.ts';
import type { Written } from '../scan.ts';
import type { Session } from './session.ts';

/** What a host's agent serves. */
interface ServedConfiguration {
  readonly name: string;
  readonly credential: string;
  readonly file: string;
  /** How the connector comes to use what was written: settings of the configuration. */
  readonly loading: object;
}

/** A program that reloads a connector is there for no longer than some ten milliseconds. */
const LOOK_MS = 20;

/** What a host is made of. */
export interface HostOptions {
  /** The agent's name. */
  readonly name: string;
  readonly prefix: string;
  readonly region: string;
  /** A folder of its own. */
  readonly folder: string;
  readonly configurations: readonly ServedConfiguration[];
  readonly session: Session;
  readonly endpoint: string;
  readonly sqsEndpoint: string;
}

/** A customer's host with an agent, which may be ended and started again. */
export interface AgentHost {
  readonly name: string;
  start(): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The request whose write the journal of a configuration holds; undefined where no write is open. */
  openWrite(configuration: string): Promise<string | undefined>;
  /** The files that the agent keeps of a configuration. */
  kept(configuration: string): Promise<string[]>;
  /** Looks at what other processes can see of the agent and of what it runs, until the work is done. */
  watch<T>(work: Promise<T>): Promise<T>;
  /** Everything that agents have said, kept, and showed to other processes on this host. */
  written(): Promise<Written[]>;
}

/** Puts an agent's settings on a host. It isn't started yet. */
export async function createHost(options: HostOptions): Promise<AgentHost> {
  const { name, prefix, region, folder, configurations } = options;
  const state = join(folder, 'state');
  const settingsFile = join(folder, 'agent.json');
  await mkdir(folder, { recursive: true });
  const served = configurations.map(({ file, loading, ...each }) => ({
    ...each,
    adapter: adapterFor(file),
    ...loading,
  }));
  const settings = { name, prefix, region, state, transports: { sqs: true }, configurations: served };
  await writeFile(settingsFile, JSON.stringify(settings));

  const lives: AgentProcess[] = [];
  const shown = new Map<string, Written>();
  const look = () => {
    for (const one of tellingOf(lives.at(-1)?.pid ?? 0)) shown.set(one.text, one);
  };
  return {
    name,
    start: async () => {
      const agent = await startAgent(settingsFile, environmentOf(options));
      lives.push(agent);
      look();
    },
    end: async (signal) => {
      await lives.at(-1)?.end(signal);
    },
    watch: async (work) => {
      const timer = setInterval(look, LOOK_MS);
      return await work.finally(() => clearInterval(timer));
    },
    openWrite: async (configuration) => {
      const path = join(state, configuration, 'journal.json');
      const text = await readFile(path, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as { id: string }).id;
    },
    kept: (configuration) => readdir(join(state, configuration)),
    written: async () => [
      ...lives.map(({ output }) => ({ where: `log of ${name}`, text: output() })),
      ...shown.values(),
      ...(await filesBelow(folder)),
    ],
  };
}

/** All that the process gets from outside: nothing of this process's own environment. */
function environmentOf({ session, endpoint, sqsEndpoint, folder }: HostOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
  };
}

/** What other processes of the host can see of a process and of those that it has started. */
function tellingOf(pid: number): Written[] {
  const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return [String(pid), ...children].flatMap((each) =>
    ['cmdline', 'environ'].map((part) => ({ where: `/proc/${each}/${part}`, text: readProc(`${each}/${part}`) })),
  );
}

/** The arguments of every process of this machine. */
export function allArguments(): Written[] {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.map((pid) => ({ where: `/proc/${pid}/cmdline`, text: readProc(`${pid}/cmdline`) }));
}

/** Empty for a process that is gone. */
function readProc(path: string): string {
  try {
    return readFileSync(join('/proc', path), 'latin1');
  } catch {
    return '';
  }
}

async function filesBelow(folder: string): Promise<Written[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.map(async (where) => ({ where, text: await readFile(where, 'latin1') })));
}
