import { type AgentReply, lateWriteMs } from '../../credential/agent-line.ts';
import { durationMs } from '../../credential/duration.ts';
import { type ErrorCode, RotationError } from '../../credential/errors.ts';
import type { ConnectorVia } from '../../credential/settings/credential.ts';
import { ConfigurationChangedError, type Connector } from '../../ports/connector.ts';
import { repeatRead } from '../http/repeat.ts';
import { type Ownership, parseConfiguration } from '../odata-connector/configuration.ts';
import type { AgentLine, Question } from './line.ts';
import { LineError, type LineFault, NoReplyError } from './line-errors.ts';
import { ONE_HOST, replyFailure } from './problems.ts';

type AgentSettings = ConnectorVia<'agent'>;

/** What the adapter is made of. */
export interface AgentConnectorDeps {
  readonly line: AgentLine;
  readonly sleep: (ms: number) => Promise<void>;
  /** The name of the credential's secret, of which the agent reads one version. */
  readonly secretId: string;
}

/** A connector's configuration through an agent that runs beside it: see `functions/credential/agent-line.ts`. */
export function agentConnector(settings: AgentSettings, ours: Ownership, deps: AgentConnectorDeps): Connector {
  const { name, proof, timeout } = settings;
  const { secretId, sleep } = deps;
  const ask = askAgent(settings, deps);
  /** Harmless, so that it may be repeated. */
  const repeated = async (question: Asked): Promise<AgentReply> => {
    const once = async () => ({ ...(await ask(question)), headers: new Headers() });
    const { headers: _, ...reply } = await repeatRead(once, sleep);
    return reply;
  };
  return {
    name,
    proof,
    attended: false,
    lateMs: lateWriteMs(durationMs(timeout)),
    read: async () => {
      const reply = succeeded(await repeated({ op: 'read' }), whatOf(settings, 'read'));
      const configuration = parseConfiguration(name, reply, ours);
      return { ...configuration, ...(reply.proof && { proof: reply.proof }) };
    },
    prepare: async ({ etag: ifMatch }) => {
      succeeded(await repeated({ op: 'prepare', ifMatch }), whatOf(settings, 'prepare'));
    },
    write: async ({ etag: ifMatch }, { id: versionId }) => {
      succeeded(await ask({ op: 'write', ifMatch, secretId, versionId }), whatOf(settings, 'write'));
    },
  };
}

type Asked = Question extends infer Q ? (Q extends unknown ? Omit<Q, 'agent' | 'configuration'> : never) : never;

/** @throws {ConfigurationChangedError} @throws {RotationError} */
function succeeded(reply: AgentReply, what: string): AgentReply {
  if (reply.status === 200 || reply.status === 204) return reply;
  if (reply.status === 412) throw new ConfigurationChangedError();
  throw replyFailure(reply, what);
}

function askAgent(settings: AgentSettings, { line }: Pick<AgentConnectorDeps, 'line'>) {
  const { agent, configuration, timeout } = settings;
  return async (question: Asked): Promise<AgentReply> => {
    try {
      return await line.ask({ agent, configuration, ...question }, durationMs(timeout));
    } catch (error) {
      throw lineFailure(error, settings, question.op);
    }
  };
}

function whatOf({ name, agent, configuration }: AgentSettings, op: Question['op']): string {
  return `${name}, ${op} ${configuration} by the agent ${agent}`;
}

const DEPLOY =
  'Deploy the stack with this agent in agents[] of the fleet file: it makes the queues, and lets the functions use them.';

const BY_FAULT: Readonly<Record<LineFault, readonly [ErrorCode, next?: string]>> = {
  'no-queue': ['connector-not-found', DEPLOY],
  'not-allowed': ['connector-not-found', DEPLOY],
  'key-unusable': ['key-unusable', "Enable the stack's KMS key, with which the queues are encrypted."],
  unavailable: ['connector-unavailable', 'Wait until SQS answers again.'],
  'two-hosts': ['connector-invalid', ONE_HOST],
  'not-a-reply': ['connector-invalid', 'Use versions of rotator and agent that belong together.'],
};

/** The error for no reply. Of a write that was sent nothing is known then: its code says so. */
function lineFailure(error: unknown, settings: AgentSettings, op: Question['op']): unknown {
  const what = whatOf(settings, op);
  if (error instanceof NoReplyError) {
    const next = `See whether the agent ${settings.agent} runs, and whether its host reaches SQS; its log tells.`;
    return new RotationError('connector-timeout', `${what}: ${error.message}`, { next });
  }
  if (!(error instanceof LineError)) return error;
  const [code, next] = BY_FAULT[error.fault];
  const inDoubt = op === 'write' && error.sent;
  return new RotationError(inDoubt ? 'connector-unavailable' : code, `${what}: ${error.message}`, { next });
}
