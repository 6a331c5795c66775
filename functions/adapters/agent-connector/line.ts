import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type AgentReply, type AgentRequest, replyQueueName, requestQueueName } from '../../credential/agent-line.ts';
import { OneHost } from './hosts.ts';
import { inWords, LineError, lineFault } from './line-errors.ts';
import { type LineDeps, Replies } from './replies.ts';

/** What an agent is asked; the line adds whose question it is, which host is to answer, and until when it is one. */
export type Question = Without<AgentRequest, 'v' | 'id' | 'credential' | 'host' | 'sentAt' | 'notAfter'>;

type Without<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;

/** The line between a run and the agents of its credential. */
export interface AgentLine {
  /**
   * Asks an agent, and waits for its reply.
   *
   * @param timeoutMs after so many milliseconds nobody waits any more, and the agent drops the question
   * @throws {NoReplyError} when there is no reply in time
   * @throws {LineError} when the queues can't be used, or two hosts answer under the agent's name
   */
  ask(question: Question, timeoutMs: number): Promise<AgentReply>;
}

/** How often a request is sent that SQS did not confirm. The agent answers one that comes twice once. */
const TRIES = 3;
const PAUSE_MS = 150;
/** How long SQS may take to confirm a request. */
const SEND_MS = 3000;

/** The line of one run over SQS. */
export function agentLine(
  { prefix, credential }: { readonly prefix: string; readonly credential: string },
  deps: LineDeps & { readonly newId: () => string },
): AgentLine {
  const { now, newId } = deps;
  const replies = new Replies(replyQueueName(prefix, credential), deps);
  const hosts = new OneHost();
  return {
    ask: async (question, timeoutMs) => {
      const sentAt = now();
      const notAfter = new Date(sentAt.getTime() + timeoutMs);
      const id = newId();
      const times = { sentAt: sentAt.toISOString(), notAfter: notAfter.toISOString() };
      const request = {
        v: 1,
        id,
        credential,
        ...hosts.named(question.agent),
        ...times,
        ...question,
      } satisfies AgentRequest;
      const reply = replies.expect(id, notAfter.getTime());
      try {
        await send(requestQueueName(prefix, question.agent), request, deps);
      } catch (error) {
        replies.forget(id);
        throw error;
      }
      void replies.poll();
      const result = await reply;
      if (result instanceof Error) throw result;
      hosts.demandSame(question.agent, result);
      return result;
    },
  };
}

/** @throws {LineError} when SQS does not take the request; `sent` where it may have taken it all the same */
async function send(queue: string, request: AgentRequest, { queues, now, sleep }: LineDeps): Promise<void> {
  const { client, urlOf } = queues;
  for (let tries = 1; ; tries++) {
    const leftMs = Date.parse(request.notAfter) - now().getTime();
    const command = new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: JSON.stringify(request) });
    try {
      await client.send(command, { requestTimeout: Math.max(1, Math.min(SEND_MS, leftMs)) });
      return;
    } catch (error) {
      const fault = lineFault(error);
      const passing = fault === 'unavailable';
      const left = Date.parse(request.notAfter) - now().getTime() > PAUSE_MS;
      if (!passing || tries === TRIES || !left) {
        throw new LineError(fault, inWords(queue, error), { sent: passing || tries > 1 });
      }
      await sleep(PAUSE_MS);
    }
  }
}
