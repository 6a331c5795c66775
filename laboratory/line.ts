import type { Queues } from '../functions/adapters/agent-connector/queues.ts';
import type { SqsEngine } from '../local/stand-ins/sqs/engine.ts';
import { operations } from '../local/stand-ins/sqs/handler.ts';
import { requests } from '../local/stand-ins/sqs/schemas.ts';
import { awsError, type Command, withName } from './aws.ts';
import type { Process } from './process.ts';

/** How often a long poll looks, in milliseconds: each look is a request of the process, which may go wrong. */
const LOOK_MS = 1000;

/** The queues between runs and agents, as one process sees them: every call is one of its requests. */
export function queuesOf(sqs: SqsEngine, process: Process): Queues {
  const once = (operation: string, input: object, timeoutMs: number | undefined) =>
    process.io<object>({
      name: `sqs ${operation} ${nameOfQueue(input)}`,
      timeoutMs,
      perform: async () => {
        const name = operation as keyof typeof operations;
        const call = operations[name] as (called: object, input: unknown) => object | Promise<object>;
        return await call({ engine: sqs, origin: '' }, requests[name].parse(input));
      },
      fail: (answer) => {
        throw awsError(answer, 'sqs');
      },
    });
  const poll = async (input: { readonly WaitTimeSeconds?: number }, timeoutMs: number | undefined) => {
    for (let leftMs = (input.WaitTimeSeconds ?? 0) * 1000; ; leftMs -= LOOK_MS) {
      const answer = await once('ReceiveMessage', { ...input, WaitTimeSeconds: 0 }, timeoutMs);
      if ('Messages' in answer || leftMs <= 0) return answer;
      await process.sleep(Math.min(LOOK_MS, leftMs));
    }
  };
  const send = async (command: Command, { requestTimeout }: { requestTimeout?: number } = {}) => {
    const { input } = command;
    const operation = command.constructor.name.replace(/Command$/, '');
    const call = operation === 'ReceiveMessage' ? poll(input, requestTimeout) : once(operation, input, requestTimeout);
    return await call.catch((error: unknown) => {
      throw withName(error);
    });
  };
  return { client: { send } as unknown as Queues['client'], urlOf: (name) => name };
}

function nameOfQueue(input: object): string {
  return (input as { QueueUrl?: string }).QueueUrl ?? '';
}
