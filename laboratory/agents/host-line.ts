import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Message } from '@aws-sdk/client-sqs';
import { secretsReader } from '../../agent/transports/sqs/aws-line.ts';
import type { Line, ReadSecret, Received } from '../../agent/transports/sqs/line.ts';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import type { Store } from '../../local/stand-ins/secrets-manager/model.ts';
import { getSecretValue } from '../../local/stand-ins/secrets-manager/values.ts';
import { type Command, withName } from '../aws.ts';
import { actionOf } from '../faults.ts';
import type { Simulation } from '../simulation.ts';
import type { Life } from './life.ts';
import { AGENT } from './settings.ts';
import type { Wire } from './wire.ts';

/** What the agent dials out to, and how. */
export interface Outside {
  readonly simulation: Simulation;
  readonly wire: Wire;
  /** The store that the next read of a secret is answered from. */
  readonly storeFor: (secretId: string) => Store;
  /** Whether nothing outside can be reached. */
  readonly isCutOff: () => boolean;
  /** Hears of each reply before it is sent. */
  readonly answers: (body: string) => void;
}

const PREFIX = 'csr';
/** For so long a message that was received is hidden, and a little more. */
const HIDDEN_MS = 30_500;
/** As the SDK does: how often a call is tried, and how long it pauses before a repeat. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/** Does something outside: what dependencies are like, and what the host's network is like, decides how it goes. */
async function dialOut<T>(name: string, perform: () => T, { life, outside }: Dialling): Promise<T> {
  const { fault, latency = 0 } = outside.simulation.conditionOf(name);
  if (latency > 0) await life.sleep(latency);
  return await life.step(name, () => {
    if (!fault && !outside.isCutOff()) return perform();
    throw Object.assign(new Error('no answer'), { name: fault ? actionOf(fault).answer : 'TimeoutError' });
  });
}

interface Dialling {
  readonly life: Life;
  readonly outside: Outside;
}

/** The agent's end of the queues. */
export function hostLine(life: Life, outside: Outside): Line {
  const { wire, answers, simulation } = outside;
  const queue = requestQueueName(PREFIX, AGENT);
  const request = { MaxNumberOfMessages: 10, WaitTimeSeconds: 0, QueueUrl: queue, MessageSystemAttributeNames: [] };
  let wake = () => undefined as unknown;
  const end = wire.listen((name) => name === queue && (life.isAlive ? wake() : end()));
  // What a process that was killed had received is hidden for a while.
  const lookLater = () =>
    simulation.at(simulation.now + HIDDEN_MS, () => life.isAlive && wire.find(queue).counts().visible > 0 && wake());
  lookLater();
  const receiveOnce = () =>
    dialOut(`sqs ReceiveMessage ${queue}`, () => wire.find(queue).receive(request), { life, outside });
  return {
    receive: async () => {
      for (;;) {
        const arrived = new Promise<unknown>((resolve) => {
          wake = () => resolve(undefined);
        });
        const messages = await receiveOnce();
        if (messages.length > 0) lookLater();
        if (messages.length > 0) return messages.map((message) => received(message, { queue, life, outside }));
        await arrived;
      }
    },
    reply: (credential, body) => {
      const replies = replyQueueName(PREFIX, credential);
      answers(body);
      return dialOut(`sqs SendMessage ${replies}`, () => void wire.send(replies, body), { life, outside });
    },
  };
}

function received(
  { Body = '', ReceiptHandle = '' }: Message,
  { queue, ...dialling }: Dialling & { readonly queue: string },
): Received {
  const remove = () => dialling.outside.wire.find(queue).delete(ReceiptHandle);
  return { body: Body, delete: () => dialOut(`sqs DeleteMessage ${queue}`, remove, dialling) };
}

/** The agent's reader of secrets, over a client that repeats a call like the SDK's does. */
export function readerOf(life: Life, outside: Outside): ReadSecret {
  const once = ({ input }: Command) => {
    const { SecretId = '', VersionId = '' } = input as Record<string, string>;
    const read = () => getSecretValue(outside.storeFor(SecretId), { SecretId, VersionId });
    return dialOut('secrets-manager GetSecretValue of the agent', read, { life, outside });
  };
  const send = async (command: Command) => {
    for (let attempts = 1; ; attempts++) {
      try {
        return await once(command);
      } catch (error) {
        const named = withName(error);
        if (attempts === ATTEMPTS || /Exception$/.test(named.name)) throw named;
        await life.sleep(PAUSE_MS * attempts);
      }
    }
  };
  return secretsReader({ send } as unknown as SecretsManagerClient, (ms) => life.sleep(ms));
}
