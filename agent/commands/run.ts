import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { Engine } from '../engine/engine.ts';
import { asAgentError, UsageError } from '../errors.ts';
import { createAwsClients, createEngines } from '../host/compose.ts';
import { makePrivateFolder } from '../host/durable.ts';
import { hostIdIn } from '../host/identity.ts';
import { lockFolder } from '../host/lock.ts';
import type { Log } from '../host/log.ts';
import { createNetwork, type Network } from '../host/network.ts';
import type { Settings } from '../settings/settings.ts';
import { type Listening, listen } from '../transports/listen/listen.ts';
import { secretsReader, sqsLine } from '../transports/sqs/aws-line.ts';
import { runLoop } from '../transports/sqs/loop.ts';
import { createRequests } from '../transports/sqs/requests.ts';

/**
 * Runs the agent until the signal is given; what is under way is carried to its end first.
 *
 * @throws {UsageError} when the settings can't be served on this host
 */
export async function run(
  settings: Settings,
  { log, version }: { log: Log; version: string },
  signal: AbortSignal,
): Promise<void> {
  await makePrivateFolder(settings.state);
  const unlock = await lockFolder(settings.state);
  try {
    const host = await hostIdIn(settings.state);
    const network = await createNetwork(settings);
    const engines = await createEngines(settings, { log, fetch: network.fetch });
    await startAll(engines, log);
    const server = await listening(settings, engines, log);
    log.info('started', {
      agent: settings.name,
      host,
      version,
      configurations: engines.size,
      url: server?.url,
      sqs: settings.transports.sqs ?? false,
    });
    await Promise.all([
      settings.transports.sqs && loop(settings, { host, engines, network, log }, signal),
      ended(signal),
    ]);
    await server?.close();
    log.info('ended', { agent: settings.name });
  } finally {
    await unlock();
  }
}

/** A configuration that can't be brought to rest doesn't keep the others from being served. */
async function startAll(engines: ReadonlyMap<string, Engine>, log: Log): Promise<void> {
  const starts = [...engines].map(async ([configuration, engine]) => {
    try {
      await engine.start();
    } catch (error) {
      const { code, message } = asAgentError(error);
      log.error('not-at-rest', { configuration, code, detail: message });
    }
  });
  await Promise.all(starts);
}

async function listening(
  { transports }: Settings,
  engines: ReadonlyMap<string, Engine>,
  log: Log,
): Promise<Listening | undefined> {
  if (!transports.listen) return undefined;
  const { port, tokenFile } = transports.listen;
  const token = await readToken(tokenFile);
  return listen({ port, token, engines, log }).catch(() => {
    throw new UsageError(`transports.listen.port: ${port} is taken.`);
  });
}

/** @throws {UsageError} when there is no token in the file that could be sent in a header */
export async function readToken(path: string): Promise<Secret> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`The token file ${path} can't be read.`);
  });
  const given = text.trim();
  if (/^[\x21-\x7e]{16,}$/.test(given)) return new Secret(given);
  throw new UsageError(
    `The token file ${path} has no usable token: at least 16 printable ASCII characters without blanks.`,
  );
}

interface LoopParts {
  readonly host: string;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly network: Network;
  readonly log: Log;
}

async function loop(settings: Settings, { network, ...parts }: LoopParts, signal: AbortSignal): Promise<void> {
  const { sqs, secretsManager } = createAwsClients(settings, network);
  const { log } = parts;
  const readSecret = secretsReader(secretsManager, wait);
  const answer = createRequests({ settings, ...parts, readSecret, now: Date.now });
  const sleep = (ms: number, until: AbortSignal) => wait(ms, undefined, { signal: until }).catch(() => {});
  await runLoop({ line: sqsLine(settings, sqs), answer, log, random: Math.random, sleep }, signal);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
