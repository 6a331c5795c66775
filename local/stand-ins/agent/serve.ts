import { replyQueueName, requestQueueName } from '../../../functions/credential/agent-line.ts';
import type { SqsEngine } from '../sqs/engine.ts';
import type { AgentStandIn } from './agent.ts';

/** How a queue of requests or replies is made, as the stack makes it. */
const ATTRIBUTES = { MessageRetentionPeriod: '60', VisibilityTimeout: '30' };

/** Makes the queues of an agent and of the credentials that it serves. */
export function createQueues(
  sqs: SqsEngine,
  { prefix, agents, credentials }: { prefix: string; agents: readonly string[]; credentials: readonly string[] },
): void {
  for (const agent of agents) sqs.create(requestQueueName(prefix, agent), ATTRIBUTES);
  for (const credential of credentials) sqs.create(replyQueueName(prefix, credential), ATTRIBUTES);
}

/** An agent at work on its queue. */
export interface ServedAgent {
  /** Takes what is in the queue now, and resolves once it is answered. */
  take(): Promise<void>;
  /** It is no longer at work. What comes stays in the queue. */
  stop(): void;
}

/**
 * Lets an agent answer whatever comes into its queue, as it comes.
 *
 * @param agent what answers
 */
export function serveAgent(sqs: SqsEngine, prefix: string, agent: AgentStandIn): ServedAgent {
  const queue = requestQueueName(prefix, agent.name);
  const request = { MaxNumberOfMessages: 10, WaitTimeSeconds: 0, QueueUrl: queue, MessageSystemAttributeNames: [] };
  const take = async () => {
    const messages = sqs.find(queue).receive(request);
    await Promise.all(
      messages.map(async ({ Body = '', ReceiptHandle = '' }) => {
        const answered = await agent.answer(Body);
        if (answered) sqs.send(replyQueueName(prefix, answered.credential), JSON.stringify(answered.reply));
        sqs.find(queue).delete(ReceiptHandle);
      }),
    );
  };
  const stop = sqs.listen((name) => {
    if (name === queue) void take();
  });
  return { take, stop };
}
