import { createHash } from 'node:crypto';
import type { Message as Received } from '@aws-sdk/client-sqs';
import { invalidParameter, SqsFault } from './errors.ts';
import type { QueueAttributes, Receive } from './schemas.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** Until then nobody else receives it. */
  hiddenUntil: number;
  /** The handle of its latest receive. */
  handle: string | undefined;
  receives: number;
  firstReceivedAt: number | undefined;
}

/** What a queue takes from outside. */
export interface QueueDeps {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** What SQS takes in a message besides printable characters: tab, line feed and carriage return. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** One standard queue: at least once, in no promised order, and nothing longer than its retention. */
export class Queue {
  readonly name: string;
  readonly attributes: QueueAttributes;
  readonly #deps: QueueDeps;
  readonly #messages = new Map<string, Message>();

  constructor(name: string, attributes: QueueAttributes, deps: QueueDeps) {
    this.name = name;
    this.attributes = attributes;
    this.#deps = deps;
  }

  /** @throws {SqsFault} InvalidParameterValue, InvalidMessageContents */
  send(body: string): { MessageId: string; MD5OfMessageBody: string } {
    const { MaximumMessageSize: most } = this.attributes;
    if (Buffer.byteLength(body) > most) throw invalidParameter(`Message must be shorter than ${most} bytes.`);
    if (FORBIDDEN.test(body)) throw new SqsFault('InvalidMessageContents', 'A character is not allowed.');
    const id = this.#deps.newId();
    const message = { id, body, sentAt: this.#deps.now(), hiddenUntil: 0, receives: 0 };
    this.#messages.set(id, { ...message, handle: undefined, firstReceivedAt: undefined });
    return { MessageId: id, MD5OfMessageBody: md5(body) };
  }

  /** What can be received now. It is hidden from others for the visibility timeout. */
  receive(request: Receive): Received[] {
    const { VisibilityTimeout = this.attributes.VisibilityTimeout, MaxNumberOfMessages } = request;
    const now = this.#deps.now();
    const visible = this.#alive().filter(({ hiddenUntil }) => hiddenUntil <= now);
    return visible.slice(0, MaxNumberOfMessages).map((message) => {
      message.handle = `${message.id}#${this.#deps.newId()}`;
      message.hiddenUntil = now + VisibilityTimeout * 1000;
      message.receives += 1;
      message.firstReceivedAt ??= now;
      return received(message, request.MessageSystemAttributeNames);
    });
  }

  /** Deletes a message by the handle of its latest receive. With an older one nothing happens. */
  delete(handle: string): void {
    const message = this.#find(handle);
    if (message?.handle === handle) this.#messages.delete(message.id);
  }

  /** @throws {SqsFault} MessageNotInflight when nobody has it, or somebody else by now */
  changeVisibility(handle: string, seconds: number): void {
    const now = this.#deps.now();
    const message = this.#find(handle);
    if (message?.handle !== handle || message.hiddenUntil <= now) {
      throw new SqsFault('MessageNotInflight', 'The message referred to is not in flight.');
    }
    message.hiddenUntil = now + seconds * 1000;
  }

  /** How many messages can be received, and how many somebody has. */
  counts(): { readonly visible: number; readonly hidden: number } {
    const alive = this.#alive();
    const hidden = alive.filter(({ hiddenUntil }) => hiddenUntil > this.#deps.now()).length;
    return { visible: alive.length - hidden, hidden };
  }

  /** @throws {SqsFault} ReceiptHandleIsInvalid */
  #find(handle: string): Message | undefined {
    const [id = '', receive] = handle.split('#');
    if (receive === undefined) throw new SqsFault('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    return this.#alive().find((message) => message.id === id);
  }

  #alive(): Message[] {
    const since = this.#deps.now() - this.attributes.MessageRetentionPeriod * 1000;
    for (const { id, sentAt } of this.#messages.values()) if (sentAt < since) this.#messages.delete(id);
    return [...this.#messages.values()];
  }
}

function received(message: Message, wanted: Receive['MessageSystemAttributeNames']): Received {
  const { id, body, handle = '', sentAt, receives, firstReceivedAt } = message;
  const all = {
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
  };
  const given = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name as 'All'));
  const attributes = given.length > 0 ? { Attributes: Object.fromEntries(given) } : {};
  return { MessageId: id, ReceiptHandle: handle, Body: body, MD5OfBody: md5(body), ...attributes };
}

/** SQS's check of what was carried; it protects nothing. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
