import { agentConnector } from '../../functions/adapters/agent-connector/agent-connector.ts';
import { agentLine } from '../../functions/adapters/agent-connector/line.ts';
import type { Ownership } from '../../functions/adapters/odata-connector/configuration.ts';
import { AgentStandIn } from '../../local/stand-ins/agent/agent.ts';
import { createQueues, serveAgent } from '../../local/stand-ins/agent/serve.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { clientOf, waitOn } from './agent-line.ts';
import { idOf } from './parts.ts';

export const PREFIX = 'csr';
export const CREDENTIAL = 'acme-prod';
export const AGENT = 'acme-flow01';
const SECRET_ID = `${PREFIX}/${CREDENTIAL}`;
const OURS: Ownership = { clientIds: ['NC_Flow_ClientCredentials'], accessTokenUrl: TOKEN_URL };

/** How a port is made, where it differs. */
export interface PortOptions {
  readonly ours?: Ownership;
  readonly agent?: string;
  readonly timeout?: string;
}

/** An agent beside the embedded connector, its queues on a simulated clock, and ports on its configurations. */
export function createBench({ skewMs = 0 }: { readonly skewMs?: number } = {}) {
  let clock = Date.parse('2026-03-01T03:00:00Z');
  let drawn = 0;
  const advance = (ms: number) => {
    clock += ms;
  };
  const now = () => clock;
  const calls: { readonly name: string; readonly sent: string }[] = [];
  let intercept = (_name: string, perform: () => Promise<Response>): Promise<Response> => perform();
  const io = async (name: string, sent: string, perform: () => Promise<Response>) => {
    calls.push({ name, sent });
    advance(5);
    return await intercept(name, perform);
  };
  const sqs = new SqsEngine({ now, wait: waitOn(advance) });
  createQueues(sqs, { prefix: PREFIX, agents: [AGENT], credentials: [CREDENTIAL] });
  const engine = new ConnectorEngine({ now, instance: 'bench' });
  const versions = new Map<string, string>();
  const agent = new AgentStandIn({
    name: AGENT,
    configurations: () => engine.names.map((name) => ({ name, credential: CREDENTIAL, secretId: SECRET_ID })),
    connector: engine,
    readSecret: async (_secretId, versionId) => {
      const text = versions.get(versionId);
      if (text === undefined) throw new Error('denied');
      return text;
    },
    now: () => clock + skewMs,
  });
  const served = serveAgent(sqs, PREFIX, agent);
  const queues = { client: clientOf(sqs, io), urlOf: (name: string) => `https://sqs.example.com/1/${name}` };
  const sleep = async (ms: number) => advance(ms);
  const deps = { queues, now: () => new Date(clock), sleep, newId: () => idOf(++drawn) };
  const runOf = () => {
    const line = agentLine({ prefix: PREFIX, credential: CREDENTIAL }, deps);
    const portOn = (configuration: string, { ours = OURS, agent: name = AGENT, timeout = 'PT45S' }: PortOptions = {}) =>
      agentConnector(
        { name: 'IFS Production', via: 'agent', agent: name, configuration, timeout, proof: 'loaded' },
        ours,
        { line, sleep, secretId: SECRET_ID },
      );
    return { line, portOn };
  };
  return {
    sqs,
    engine,
    versions,
    agent,
    served,
    ...runOf(),
    /** A run of its own, which knows nothing of another one. */
    newRun: runOf,
    calls,
    now,
    advance,
    /** Replaces what stands between the run and SQS. */
    intercept: (interceptor: typeof intercept) => {
      intercept = interceptor;
    },
  };
}
