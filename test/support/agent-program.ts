import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Settings } from '../../agent/settings/settings.ts';
import { agentConnector } from '../../functions/adapters/agent-connector/agent-connector.ts';
import { agentLine } from '../../functions/adapters/agent-connector/line.ts';
import type { Ownership } from '../../functions/adapters/odata-connector/configuration.ts';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import { serializeDocument } from '../../functions/credential/document.ts';
import type { Connector, StoredVersion } from '../../functions/ports/connector.ts';
import { type Handler, serve } from '../../local/stand-ins/serve.ts';
import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import { sqsHandler } from '../../local/stand-ins/sqs/handler.ts';
import { startAgent } from '../agent/support/process.ts';

const CREDENTIAL = 'acme-prod';
const AGENT = 'acme-flow01';
const ENDPOINT_KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };

/** An SQS, and what it takes to use it. */
export interface Queueing {
  readonly endpoint: string;
  readonly region: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Of the stack, of which there may be others. */
  readonly prefix: string;
}

/** Queues and a secret over a socket, programs of the agent at work on them, and runs that ask these. */
export interface AgentPrograms {
  /** Starts the agent's program on a host of its own. @returns the line of each of its log's events, and its end */
  start(configurations: readonly object[]): Promise<AgentHost>;
  store(version: StoredVersion): void;
  /** A new run, which knows nothing of earlier ones. */
  run(ours: Ownership): { portOn(configuration: string): Connector };
  close(): Promise<void>;
}

/** A host with the agent's program on it. */
interface AgentHost {
  /** Everything that the program has written. */
  readonly output: () => string;
  end(): Promise<void>;
}

/**
 * Starts what programs and runs need.
 *
 * @param given an SQS that is there @default - the embedded one
 */
export async function startAgentPrograms(given?: Queueing): Promise<AgentPrograms> {
  const versions = new Map<string, string>();
  const secrets = await serve(secretsHandler(versions));
  const embedded = given ? undefined : await serve(sqsHandler(new SqsEngine()));
  const queueing = given ?? { endpoint: embedded?.url ?? '', region: 'eu-north-1', keys: ENDPOINT_KEYS, prefix: 'csr' };
  const { endpoint, region, keys, prefix } = queueing;
  const client = new SQSClient({ region, endpoint, credentials: keys, maxAttempts: 1, useQueueUrlAsEndpoint: false });
  const urls = await createQueues(client, [requestQueueName(prefix, AGENT), replyQueueName(prefix, CREDENTIAL)]);
  const pause = async (ms: number) => void (await sleep(ms));
  const deps = {
    queues: { client, urlOf: (name: string) => urls.get(name) ?? '' },
    now: () => new Date(),
    sleep: pause,
  };
  const hosts: AgentHost[] = [];
  return {
    start: async (configurations) => {
      const host = await startHost({ ...queueing, secrets: secrets.url }, configurations);
      hosts.push(host);
      return host;
    },
    store: ({ id, document }) => void versions.set(id, serializeDocument(document).reveal()),
    run: (ours) => {
      const line = agentLine({ prefix, credential: CREDENTIAL }, { ...deps, newId: randomUUID });
      const settings = {
        name: 'IFS Production',
        via: 'agent',
        agent: AGENT,
        timeout: 'PT45S',
        proof: 'written',
      } as const;
      const secretId = `${prefix}/${CREDENTIAL}`;
      return {
        portOn: (configuration) =>
          agentConnector({ ...settings, configuration }, ours, { line, sleep: pause, secretId }),
      };
    },
    close: async () => {
      for (const host of hosts) await host.end();
      client.destroy();
      await secrets.close();
      await embedded?.close();
    },
  };
}

/** Makes queues as the stack makes them. @returns their URLs by name */
async function createQueues(client: SQSClient, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  for (const QueueName of names) {
    const Attributes = { MessageRetentionPeriod: '60', VisibilityTimeout: '30' };
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    urls.set(QueueName, QueueUrl);
  }
  return urls;
}

async function startHost(
  { endpoint, region, keys, prefix, secrets }: Queueing & { readonly secrets: string },
  configurations: readonly object[],
): Promise<AgentHost> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-host-'));
  const settings = {
    name: AGENT,
    prefix,
    region,
    state: join(folder, 'state'),
    transports: { sqs: true },
    configurations: configurations.map((one) => ({ ...one, credential: CREDENTIAL })) as Settings['configurations'],
  } satisfies Settings;
  const file = join(folder, 'agent.json');
  await writeFile(file, JSON.stringify(settings));
  const env = {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const agent = await startAgent(file, env);
  return {
    output: agent.output,
    end: async () => {
      await agent.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As much of Secrets Manager as an agent calls. */
function secretsHandler(versions: ReadonlyMap<string, string>): Handler {
  return async (request) => {
    const { VersionId = '' } = (await request.json()) as { VersionId?: string };
    const SecretString = versions.get(VersionId);
    if (SecretString !== undefined) return Response.json({ SecretString });
    return Response.json({ __type: 'ResourceNotFoundException' }, { status: 400 });
  };
}
