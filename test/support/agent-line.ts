import { setImmediate as macrotask } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../../functions/adapters/agent-connector/queues.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import { AgentStandIn } from '../../local/stand-ins/agent/agent.ts';
import { createQueues, type ServedAgent, serveAgent } from '../../local/stand-ins/agent/serve.ts';
import type { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import { sqsHandler } from '../../local/stand-ins/sqs/handler.ts';

const PREFIX = 'csr';

/** What a line is made of: a simulated clock, and what the agents are beside. */
export interface LineInput {
  readonly credential: Credential;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  /** Stands between a run and its dependencies. */
  readonly io: (name: string, sent: string, perform: () => Promise<Response>) => Promise<Response>;
  readonly connector: ConnectorEngine;
  readonly readSecret: (secretId: string, versionId: string) => Promise<string>;
}

/** The queues of a credential on a simulated clock, and its agents at work. */
export function agentLineOf({ credential, now, advance, io, connector, readSecret }: LineInput) {
  const { id } = credential;
  const settings = credential.connectors.flatMap((one) => (one.via === 'agent' ? [one] : []));
  const names = [...new Set(settings.map(({ agent }) => agent))];
  const sqs = new SqsEngine({ now, wait: waitOn(advance) });
  createQueues(sqs, { prefix: PREFIX, agents: names, credentials: names.length > 0 ? [id] : [] });
  const secretId = `${PREFIX}/${id}`;
  const agents = names.map((name) => {
    const configurations = settings
      .filter(({ agent }) => agent === name)
      .map(({ configuration }) => ({ name: configuration, credential: id, secretId }));
    return new AgentStandIn({ name, configurations: () => configurations, connector, readSecret, now });
  });
  const served: ServedAgent[] = agents.map((agent) => serveAgent(sqs, PREFIX, agent));
  const urlOf = (name: string) => `https://sqs.eu-north-1.amazonaws.com/123456789012/${name}`;
  return { sqs, agents, served, queues: { client: clientOf(sqs, io), urlOf } satisfies Queues };
}

/** A wait that takes no time of the machine's: what is to arrive meanwhile has arrived once everybody had a turn. */
export function waitOn(advance: (ms: number) => void) {
  return async (ms: number, arrived: Promise<void>) => {
    let here = false;
    void arrived.then(() => {
      here = true;
    });
    await macrotask();
    if (!here) advance(ms);
  };
}

/** As the functions make it: it tries each call once. Every call is one of the run's requests. */
export function clientOf(sqs: SqsEngine, io: LineInput['io']): SQSClient {
  const handler = sqsHandler(sqs);
  return new SQSClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
    endpoint: 'https://sqs.example.com',
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
    requestHandler: inProcess(async (request) => {
      const operation = request.headers.get('x-amz-target')?.split('.')[1] ?? '';
      const sent = await request.clone().text();
      const queue = /"QueueUrl":"[^"]*\/([^"/]+)"/.exec(sent)?.[1] ?? '';
      return await io(`sqs ${operation} ${queue}`, sent, () => handler(request));
    }),
  });
}
