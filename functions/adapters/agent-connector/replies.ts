import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { AgentReply, MESSAGE_RETENTION_MS } from '../../credential/agent-line.ts';
import { inWords, LineError, lineFault, NoReplyError } from './line-errors.ts';
import type { Queues } from './queues.ts';

/** What the line is made of. */
export interface LineDeps {
  readonly queues: Queues;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long one receive waits, in seconds: others of this run may have to give up meanwhile. */
const LONGEST_POLL_S = 5;
/** For so many seconds a message is hidden from other runs, while this run looks whose it is. */
const HIDDEN_S = 10;
/** After another run's message was put back: that run is to get it, not this one again. */
const PAUSE_MS = 200;
/** How long SQS itself may take to answer. */
const SQS_MS = 3000;
/** Of so many requests that nobody waits for any more, late and repeated replies are known. */
const MOST_KNOWN = 100;

interface Waiter {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly settle: (result: AgentReply | Error) => void;
}

/**
 * The replies of one credential's queue. All requests of a run wait together: whoever receives finds a reply's request by its id.
 * Replies to other runs of the credential are put back.
 */
export class Replies {
  readonly #queue: string;
  readonly #deps: LineDeps;
  readonly #waiters = new Map<string, Waiter>();
  /** Requests of this run that were answered or given up. */
  readonly #over = new Set<string>();
  #polling = false;
  /** Why the queue could not be read the last time. */
  #trouble: string | undefined;

  constructor(queue: string, deps: LineDeps) {
    this.#queue = queue;
    this.#deps = deps;
  }

  /** Says that a reply is expected, before the request is sent. */
  expect(id: string, until: number): Promise<AgentReply | Error> {
    return new Promise((settle) => this.#waiters.set(id, { until, settle }));
  }

  /** The request was not sent. */
  forget(id: string): void {
    this.#waiters.delete(id);
  }

  /** Receives until nobody waits any more. */
  async poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    try {
      while (this.#expire() > 0) await this.#round();
    } catch (error) {
      for (const id of [...this.#waiters.keys()]) this.#settle(id, error as Error);
    } finally {
      this.#polling = false;
    }
  }

  /** Gives up what is overdue. @returns how many still wait */
  #expire(): number {
    const now = this.#deps.now().getTime();
    for (const [id, { until }] of this.#waiters) {
      if (until > now) continue;
      this.#settle(id, new NoReplyError(this.#trouble ?? 'no reply in time'));
    }
    return this.#waiters.size;
  }

  #settle(id: string, result: AgentReply | Error): void {
    this.#waiters.get(id)?.settle(result);
    this.#waiters.delete(id);
    this.#over.add(id);
    for (const oldest of this.#over) if (this.#over.size > MOST_KNOWN) this.#over.delete(oldest);
  }

  async #round(): Promise<void> {
    const { now, sleep } = this.#deps;
    const leftMs = Math.min(...[...this.#waiters.values()].map(({ until }) => until)) - now().getTime();
    const wait = Math.min(LONGEST_POLL_S, Math.floor(leftMs / 1000));
    const messages = await this.#receive(wait);
    const foreign = await Promise.all(messages.map((message) => this.#take(message)));
    const pause = messages.length === 0 && (wait === 0 || this.#trouble !== undefined);
    if (pause || foreign.includes(true)) await sleep(Math.max(1, Math.min(PAUSE_MS, leftMs)));
  }

  /** @throws {LineError} when the queue is not there, or may not be read */
  async #receive(WaitTimeSeconds: number): Promise<readonly Message[]> {
    const { client, urlOf } = this.#deps.queues;
    const command = new ReceiveMessageCommand({
      QueueUrl: urlOf(this.#queue),
      MaxNumberOfMessages: 10,
      WaitTimeSeconds,
      VisibilityTimeout: HIDDEN_S,
      MessageSystemAttributeNames: ['SentTimestamp'],
    });
    try {
      const { Messages = [] } = await client.send(command, { requestTimeout: WaitTimeSeconds * 1000 + SQS_MS });
      this.#trouble = undefined;
      return Messages;
    } catch (error) {
      const fault = lineFault(error);
      this.#trouble = inWords(this.#queue, error);
      if (fault !== 'unavailable') throw new LineError(fault, this.#trouble, { sent: true });
      return [];
    }
  }

  /** @returns whether the message is another run's */
  async #take(message: Message): Promise<boolean> {
    const body = parseJson(message.Body);
    const id = Addressed.safeParse(body).data?.id;
    if (id !== undefined && this.#waiters.has(id)) {
      await this.#delete(message);
      const reply = AgentReply.safeParse(body);
      this.#settle(id, reply.data ?? new LineError('not-a-reply', 'what came is no reply', { sent: true }));
      return false;
    }
    if (id === undefined || this.#over.has(id) || this.#isStale(message)) {
      await this.#delete(message);
      return false;
    }
    await this.#quietly(new ChangeMessageVisibilityCommand({ ...this.#handle(message), VisibilityTimeout: 0 }));
    return true;
  }

  #isStale({ Attributes }: Message): boolean {
    const sentAt = Number(Attributes?.SentTimestamp ?? Number.NaN);
    return this.#deps.now().getTime() - sentAt > MESSAGE_RETENTION_MS;
  }

  #delete(message: Message): Promise<void> {
    return this.#quietly(new DeleteMessageCommand(this.#handle(message)));
  }

  #handle({ ReceiptHandle }: Message) {
    return { QueueUrl: this.#deps.queues.urlOf(this.#queue), ReceiptHandle };
  }

  /** Where it fails, the message comes again and ends by itself within a minute. */
  async #quietly(command: DeleteMessageCommand | ChangeMessageVisibilityCommand): Promise<void> {
    const { client } = this.#deps.queues;
    await client.send(command as DeleteMessageCommand, { requestTimeout: SQS_MS }).catch(() => undefined);
  }
}

/** Whose reply it is, whatever else is wrong with it. */
const Addressed = z.object({ id: z.uuid() });

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
