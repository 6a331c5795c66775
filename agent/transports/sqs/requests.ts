import { type AgentReply, AgentRequest } from '../../../functions/credential/agent-line.ts';
import { type CredentialDocument, parseDocument } from '../../../functions/credential/document.ts';
import type { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Answer, Engine } from '../../engine/engine.ts';
import { changeByDocument } from '../../engine/ours.ts';
import { AgentError, asAgentError } from '../../errors.ts';
import type { Log } from '../../host/log.ts';
import { type ConfigurationSettings, type Settings, secretIdOf } from '../../settings/settings.ts';
import type { ReadSecret } from './line.ts';

/** A sender's clock and the agent's may differ by this much, in milliseconds. */
const MOST_SKEW_MS = 60_000;
/** The answers of this many requests are kept, to be repeated. */
const MOST_KEPT = 500;

const SKEWED = "The sender's clock and this host's differ by more than a minute.";

/** What answering requests takes. */
export interface RequestsDeps {
  readonly settings: Settings;
  /** Which host this is. */
  readonly host: string;
  /** By the configuration's name. */
  readonly engines: ReadonlyMap<string, Engine>;
  readonly readSecret: ReadSecret;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A reply, and the credential whose queue it goes to. */
export interface Addressed {
  readonly credential: string;
  readonly reply: AgentReply;
}

/** Answers a request's text; undefined where nobody may, or waits to, hear an answer. */
export type AnswerRequest = (text: string) => Promise<Addressed | undefined>;

/** Answers requests of runs. The same request twice is carried out once, and gets the same answer. */
export function createRequests(deps: RequestsDeps): AnswerRequest {
  const kept = new Map<string, Promise<Addressed | undefined>>();
  return (text) => {
    const request = parseRequest(text);
    if (!request) {
      deps.log.error('request-invalid', { detail: 'A message is no request of this version. It is dropped.' });
      return Promise.resolve(undefined);
    }
    const key = JSON.stringify(request);
    const known = kept.get(key);
    if (known) return known;
    const answer = answerOnce(request, deps);
    kept.set(key, answer);
    for (const [oldest] of kept) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return answer;
  };
}

async function answerOnce(request: AgentRequest, deps: RequestsDeps): Promise<Addressed | undefined> {
  const { log, settings, host, now } = deps;
  const facts = {
    request: request.id,
    op: request.op,
    configuration: request.configuration,
    credential: request.credential,
  };
  const skewed = isSkewed(request, now());
  if (skewed) log.error('clock-skew', { ...facts, sentAt: request.sentAt, detail: SKEWED });
  const expired = !skewed && now() > Date.parse(request.notAfter);
  const known = settings.configurations.some(({ credential }) => credential === request.credential);
  if (expired || !known) {
    log[known ? 'warn' : 'error'](known ? 'request-expired' : 'credential-unknown', {
      ...facts,
      detail: 'It is dropped.',
    });
    return undefined;
  }
  try {
    const answer = await carryOut(request, { ...deps, skewed });
    log.info('answered', { ...facts, status: answer.status, proof: answer.proof });
    return { credential: request.credential, reply: { v: 1, id: request.id, host, ...answer } };
  } catch (error) {
    const { code, status, message } = asAgentError(error);
    log[status === 412 ? 'info' : 'error']('refused', { ...facts, status, code, detail: message });
    const problem = { code, detail: message.slice(0, 1000) };
    return { credential: request.credential, reply: { v: 1, id: request.id, host, status, problem } };
  }
}

type Answered = Pick<AgentReply, 'status' | 'etag' | 'proof' | 'body'>;

async function carryOut(request: AgentRequest, deps: RequestsDeps & { skewed: boolean }): Promise<Answered> {
  const { settings, engines, host } = deps;
  if (request.agent !== settings.name)
    throw new AgentError(
      'wrong-agent',
      `The request is for the agent ${request.agent}, and this one is ${settings.name}.`,
    );
  if (request.host !== undefined && request.host !== host)
    throw new AgentError(
      'another-host',
      `The host ${request.host} has answered the same run as the agent ${settings.name}, and this host is ${host}. Nothing was changed.`,
    );
  const configuration = settings.configurations.find(({ name }) => name === request.configuration);
  const engine = engines.get(request.configuration);
  if (!configuration || !engine)
    throw new AgentError('configuration-unknown', "The agent's settings have no such configuration.");
  if (configuration.credential !== request.credential)
    throw new AgentError('credential-mismatch', "The agent's settings give this configuration to another credential.");
  if (request.op === 'read') return answered(await engine.read());
  if (deps.skewed) throw new AgentError('clock-skew', `${SKEWED} Nothing was changed.`);
  if (request.op === 'prepare') {
    const { body: _, ...rest } = answered(await engine.prepare(request.ifMatch));
    return { ...rest, status: 204 };
  }
  return answered(await write(request, { configuration, engine, deps }));
}

interface Target {
  readonly configuration: ConfigurationSettings;
  readonly engine: Engine;
  readonly deps: RequestsDeps;
}

function write(request: AgentRequest & { op: 'write' }, { configuration, engine, deps }: Target): Promise<Answer> {
  const { settings, readSecret, now } = deps;
  const secretId = secretIdOf(settings, configuration);
  if (!isSameSecret(request.secretId, secretId))
    throw new AgentError('secret-mismatch', 'The request names another secret than the settings. Nothing was changed.');
  const lastLook = () => {
    if (now() > Date.parse(request.notAfter))
      throw new AgentError('request-expired', 'The time of the request is over. Nothing was changed.');
  };
  return engine.write({
    id: request.id,
    ifMatch: request.ifMatch,
    change: async (stored) =>
      changeByDocument(
        stored,
        documentIn(await readSecret(secretId, request.versionId)),
        configuration.clientIds ?? [],
      ),
    lastLook,
  });
}

/** A secret's name, or an ARN that ends with it and the six characters that Secrets Manager adds. */
function isSameSecret(named: string, own: string): boolean {
  if (named === own) return true;
  const [, name] = /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)-[A-Za-z0-9]{6}$/.exec(named) ?? [];
  return name === own;
}

function documentIn(text: Secret): CredentialDocument {
  try {
    return parseDocument(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    throw new AgentError('document-invalid', `${detail} Nothing was changed.`);
  }
}

function answered({ etag, body }: Answer): Answered {
  return { status: 200, etag, proof: body.proof, body };
}

function isSkewed({ sentAt }: AgentRequest, now: number): boolean {
  return Math.abs(now - Date.parse(sentAt)) > MOST_SKEW_MS;
}

function parseRequest(text: string): AgentRequest | undefined {
  try {
    return AgentRequest.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
