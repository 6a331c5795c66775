import type { Queues } from '../functions/adapters/agent-connector/queues.ts';
import type { SqsEngine } from '../local/stand-ins/sqs/engine.ts';
import { operations } from '../local/stand-ins/sqs/handler.ts';
import { requests } from '../local/stand-ins/sqs/schemas.ts';
import { awsError, type Command, withName } from './aws.ts';
import type { Process } from './process.ts';

/**
 * The queues between runs and agents, as one process sees them: every call is one of its requests.
 *
 * @param sends hears of each request to an agent before it is sent
 */
export function queuesOf(sqs: SqsEngine, process: Process, sends: (body: string) => void = () => undefined): Queues {
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
    const look = () => once('ReceiveMessage', { ...input, WaitTimeSeconds: 0 }, timeoutMs);
    const arrived = Promise.withResolvers<void>();
    const end = sqs.listen((queue) => queue === nameOfQueue(input) && arrived.resolve());
    const answer = await look().catch((error: unknown) => {
      end();
      throw error;
    });
    const waitMs = (input.WaitTimeSeconds ?? 0) * 1000;
    if (!('Messages' in answer) && waitMs > 0) await Promise.race([process.sleep(waitMs), arrived.promise]);
    end();
    return 'Messages' in answer || waitMs === 0 ? answer : await look();
  };
  const send = async (command: Command, { requestTimeout }: { requestTimeout?: number } = {}) => {
    const { input } = command;
    const operation = command.constructor.name.replace(/Command$/, '');
    if (operation === 'SendMessage') sends((input as { MessageBody: string }).MessageBody);
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
