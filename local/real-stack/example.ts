import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationMs } from '../../functions/credential/duration.ts';
import { accessOf } from '../stand-ins/connector/access.ts';
import { ConnectorEngine } from '../stand-ins/connector/engine.ts';
import { connectorHandler } from '../stand-ins/connector/handler.ts';
import { serve } from '../stand-ins/serve.ts';
import { CONNECTOR_TOKEN, configurationOf, EXAMPLE_IDS, exampleFleet } from './example-fleet.ts';
import type { ExampleOptions } from './options.ts';
import { freePorts } from './programs/free-ports.ts';
import { guardedFolder } from './programs/guarded-folder.ts';
import { type FullStack, type StackDescription, type StackHooks, startFullStack } from './stack.ts';

/** Enough for a busy machine. */
const TIMEOUTS = { function: 'PT45S', http: 'PT5S' };
/** No rotation begins so soon after a change of the secret, in milliseconds. */
const LEASE_MS = durationMs(TIMEOUTS.function) + durationMs(TIMEOUTS.http);

/** A full stack with the example fleet, and how to try it out. */
export interface ExampleStack extends FullStack {
  /** Commands that can be pasted into a shell as they are. */
  readonly commands: readonly string[];
}

/**
 * Starts the full stack for two customers, and the connector that they share. Everything is on 127.0.0.1.
 *
 * @throws what {@link startFullStack} throws; all that was started has ended by then
 */
export async function startExample(
  { example: _, ...options }: ExampleOptions,
  hooks: StackHooks,
): Promise<ExampleStack> {
  const [free = 0] = await freePorts(1);
  const { keycloakPort = free } = options;
  const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  const access = accessOf({ type: 'bearer', token: CONNECTOR_TOKEN });
  const connector = await serve(connectorHandler(engine, { access }));
  const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-example-'));
  const close = async () => {
    await connector.close();
    await folder.remove();
  };
  try {
    const file = join(folder.path, 'fleet.json');
    const keycloakUrl = `http://127.0.0.1:${keycloakPort}`;
    await writeFile(file, JSON.stringify(exampleFleet({ keycloakUrl, connectorUrl: connector.url })));
    const onProvisioned: StackHooks['onProvisioned'] = (made) => {
      for (const [id, { clientSecret }] of made)
        engine.configure(id, configurationOf(id, { keycloakUrl, clientSecret }));
    };
    const settings = { ...options, credentials: file, keycloakPort, bare: false };
    const stack = await startFullStack(settings, { timeouts: TIMEOUTS, ...hooks, onProvisioned });
    // So soon after the deployment no rotation would begin.
    await Promise.all(EXAMPLE_IDS.map((id) => stack.pass(id, LEASE_MS)));
    const closeAll = () => stack.close().finally(close);
    return { ...stack, commands: commandsFor(stack.description), close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}

function commandsFor({ operator, aws, curlApiUrl }: StackDescription): string[] {
  const user = `${operator.accessKeyId}:${operator.secretAccessKey}`;
  const curl = `curl -sS --user '${user}' --aws-sigv4 'aws:amz:${aws.region}:execute-api'`;
  const [id] = EXAMPLE_IDS;
  return [
    `${curl} '${curlApiUrl}/credentials'`,
    `${curl} --json '{"reason":"by hand"}' '${curlApiUrl}/credentials/${id}/rotations'`,
    `${curl} '${curlApiUrl}/credentials/${id}'`,
  ];
}
