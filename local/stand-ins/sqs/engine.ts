import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { SqsFault } from './errors.ts';
import { Queue } from './queue.ts';
import { QueueAttributes, type Receive } from './schemas.ts';

/** Effects of {@link SqsEngine}. */
export interface SqsOptions {
  /** Milliseconds since 1970. @default - real time */
  readonly now?: () => number;
  /** @default - random UUIDs */
  readonly newId?: () => string;
  /**
   * Waits for so many milliseconds, or until something has arrived.
   *
   * @default - in real time
   */
  readonly wait?: (ms: number, arrived: Promise<void>) => Promise<void>;
  /** @default 'eu-north-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly account?: string;
}

/** How often a long poll looks by itself: messages become visible again without a sign. */
const LOOK_MS = 250;

/** The queues of an SQS. */
export class SqsEngine {
  readonly region: string;
  readonly account: string;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #wait: NonNullable<SqsOptions['wait']>;
  readonly #queues = new Map<string, Queue>();
  readonly #listeners = new Set<(queue: string) => unknown>();

  constructor({ now = Date.now, newId = randomUUID, wait = inRealTime, ...place }: SqsOptions = {}) {
    const { region = 'eu-north-1', account = '123456789012' } = place;
    this.region = region;
    this.account = account;
    this.#now = now;
    this.#newId = newId;
    this.#wait = wait;
  }

  /** @throws {SqsFault} QueueNameExists when there is one with other attributes */
  create(name: string, attributes: z.input<typeof QueueAttributes> = {}): void {
    const parsed = QueueAttributes.parse(attributes);
    const known = this.#queues.get(name);
    if (known && JSON.stringify(known.attributes) !== JSON.stringify(parsed)) {
      throw new SqsFault('QueueNameExists', 'A queue already exists with the same name and a different value.');
    }
    if (!known) this.#queues.set(name, new Queue(name, parsed, { now: this.#now, newId: this.#newId }));
  }

  /** @throws {SqsFault} QueueDoesNotExist */
  find(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new SqsFault('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  send(name: string, body: string) {
    const answer = this.find(name).send(body);
    this.arrived(name);
    return answer;
  }

  /** Receives, and waits for something to receive as long as the request says. */
  async receive(name: string, request: Receive): Promise<Message[]> {
    const until = this.#now() + request.WaitTimeSeconds * 1000;
    for (;;) {
      const messages = this.find(name).receive(request);
      const leftMs = until - this.#now();
      if (messages.length > 0 || leftMs <= 0) return messages;
      await this.#waitFor(name, Math.min(leftMs, LOOK_MS));
    }
  }

  /** Hears of each message that can be received, by the name of its queue. @returns a function that ends it */
  listen(listener: (queue: string) => unknown): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells that something can be received. */
  arrived(name: string): void {
    for (const listener of [...this.#listeners]) listener(name);
  }

  async #waitFor(name: string, ms: number): Promise<void> {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const end = this.listen((queue) => queue === name && resolve());
    await this.#wait(ms, arrived).finally(end);
  }
}

/** A poll whose caller is gone doesn't keep the process running. */
async function inRealTime(ms: number, arrived: Promise<void>): Promise<void> {
  const early = new AbortController();
  const waited = sleep(ms, undefined, { signal: early.signal, ref: false }).catch(() => undefined);
  await Promise.race([arrived, waited]);
  early.abort();
}
