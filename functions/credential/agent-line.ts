import * as z from 'zod';
import { PROOFS } from './proof.ts';

/** A UUID, as both sides draw it. */
const id = z.uuid();

/** An instant in ISO 8601, UTC. */
const instant = z.iso.datetime();

/** The members that every request has. */
const base = {
  v: z.literal(1),
  /** Drawn for each request; the reply repeats it. */
  id,
  /** The agent that is meant: another one that reads the same queue refuses. */
  agent: z.string().min(1),
  /** The credential that asks: the reply goes to its own queue. */
  credential: z.string().min(1),
  /** The name of a configuration in the agent's own settings. */
  configuration: z.string().min(1),
  /** The host that has answered this run under the agent's name, once one has: another one refuses. */
  host: z.string().min(1).optional(),
  /** The sender's clock when it sent. An agent whose clock differs by more than a minute refuses to write. */
  sentAt: instant,
  /** After this instant the request is dropped: nobody waits for its reply. */
  notAfter: instant,
};

/** What names one version of the credential's secret. The agent reads its value by its own role; a message never holds one. */
const version = {
  /** The ETag of the configuration that was read. */
  ifMatch: z.string().min(1),
  secretId: z.string().min(1),
  versionId: z.string().min(1),
};

/**
 * What a run asks an agent for: `read` a configuration; `prepare` a write, which is everything but the commit; `write` a version
 * of the credential's secret into every section of ours.
 */
export const AgentRequest = z.discriminatedUnion('op', [
  z.strictObject({ ...base, op: z.literal('read') }),
  z.strictObject({ ...base, op: z.literal('prepare'), ifMatch: version.ifMatch }),
  z.strictObject({ ...base, op: z.literal('write'), ...version }),
]);

export type AgentRequest = z.infer<typeof AgentRequest>;

/** The statuses of a reply. They mean what they mean over HTTPS. */
export const AGENT_STATUSES = [200, 204, 400, 403, 404, 409, 412, 503] as const;

/** What an agent answers. The fingerprints in `body` are those of the contract; a secret is never in it. */
export const AgentReply = z.strictObject({
  v: z.literal(1),
  id,
  /** Which host answers: two hosts may have been given one agent's name. */
  host: z.string().min(1).max(64),
  status: z.union(AGENT_STATUSES.map((status) => z.literal(status))),
  etag: z.string().optional(),
  /** How far what is read has got: stored, or loaded by the connector's process. */
  proof: z.enum(PROOFS).extract(['written', 'loaded']).optional(),
  /** With `read` and `write`: the configuration, as `GET` of the contract answers it. */
  body: z.unknown().optional(),
  /** With any other status than 200 and 204: a code of the agent, and a sentence without a value in it. */
  problem: z.strictObject({ code: z.string().min(1).max(64), detail: z.string().min(1).max(1000) }).optional(),
});

export type AgentReply = z.infer<typeof AgentReply>;

/** The name of an agent's queue of requests. */
export function requestQueueName(prefix: string, agent: string): string {
  return `${prefix}-agent-${agent}`;
}

/** The name of a credential's queue of replies. */
export function replyQueueName(prefix: string, credential: string): string {
  return `${prefix}-replies-${credential}`;
}

/** A write is refused by an agent whose clock differs from the sender's by more than this, in milliseconds. */
const MOST_CLOCK_SKEW_MS = 60_000;

/**
 * For how long an agent may still begin a write after it was given up, or be at work on it, in milliseconds: its clock may be behind,
 * and a restart may take the whole timeout.
 *
 * @param timeoutMs how long a request to the agent may take
 */
export function lateWriteMs(timeoutMs: number): number {
  return Math.max(timeoutMs, MOST_CLOCK_SKEW_MS);
}

/** How long a queue keeps a message that nobody takes, in milliseconds. */
export const MESSAGE_RETENTION_MS = 60_000;
