import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environments, type LambdaFunction } from './environments.ts';
import { LambdaFault } from './errors.ts';
import { type InvocationEffects, type InvocationResult, runInvocation } from './invocation.ts';

/** How long an asynchronous event waits before its second and third try, in milliseconds. */
const RETRY_AFTER_MS = [60_000, 120_000] as const;
/** An asynchronous event older than this is not tried again: what the stack sets, in milliseconds. */
const MAX_EVENT_AGE_MS = 600_000;

/** One invocation that has ended. */
export interface Invocation {
  readonly functionName: string;
  /** The same one in all tries of an asynchronous event. */
  readonly requestId: string;
  readonly event: unknown;
  /** 1 to 3 of an asynchronous event, else 1. */
  readonly attempt: number;
  readonly result: InvocationResult;
}

/** Options of {@link LambdaHost}. */
export interface LambdaHostOptions extends Partial<InvocationEffects> {
  readonly functions: readonly LambdaFunction[];
  /** @default 'eu-north-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly account?: string;
  /** Hears of every invocation that has ended. @default - nothing */
  readonly onInvoked?: (invocation: Invocation) => void;
  /** Gets asynchronous events that were given up: the on-failure destination. @default - nothing */
  readonly onGivenUp?: (invocation: Invocation) => void;
  /** @default randomUUID */
  readonly newRequestId?: () => string;
}

interface Queued {
  readonly name: string;
  readonly event: unknown;
  readonly requestId: string;
  readonly attempt: number;
  /** When it was accepted, milliseconds since 1970; as the next one. */
  readonly acceptedAt: number;
  readonly due: number;
}

/**
 * Runs functions as Lambda does: each invocation in an execution environment of its own, with a time-out; asynchronous events are tried
 * again twice, a minute and then two more after a failure.
 *
 * @see [Asynchronous invocation](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)
 */
export class LambdaHost {
  readonly #options: LambdaHostOptions;
  readonly #functions: ReadonlyMap<string, { definition: LambdaFunction; environments: Environments }>;
  readonly #effects: InvocationEffects;
  #queue: Queued[] = [];

  constructor(options: LambdaHostOptions) {
    const { functions, clock = () => new Date(), after = (ms, signal) => sleep(ms, undefined, { signal }) } = options;
    this.#options = options;
    this.#effects = { clock, after };
    this.#functions = new Map(
      functions.map((definition) => [definition.name, { definition, environments: new Environments(definition) }]),
    );
  }

  /**
   * The function's ARN.
   *
   * @throws {LambdaFault} ResourceNotFoundException
   */
  arnOf(name: string): string {
    const { region = 'eu-north-1', account = '123456789012' } = this.#options;
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    if (this.#functions.has(name)) return arn;
    throw new LambdaFault('ResourceNotFoundException', `Function not found: ${arn}`);
  }

  /** Invokes a function and waits for its end. @throws {LambdaFault} ResourceNotFoundException */
  async invoke(name: string, event: unknown): Promise<InvocationResult> {
    return await this.#run({ name, event, requestId: this.#newRequestId(), attempt: 1 });
  }

  /** Accepts an event, whose first try begins at once. @throws {LambdaFault} ResourceNotFoundException */
  accept(name: string, event: unknown): void {
    this.arnOf(name);
    const now = this.#effects.clock().getTime();
    const requestId = this.#newRequestId();
    void this.#attempt({ name, event, requestId, attempt: 1, acceptedAt: now, due: now });
  }

  /** Tries again what is due, and resolves when all of it has ended. */
  async tick(now = this.#effects.clock().getTime()): Promise<void> {
    const due = this.#queue.filter((queued) => queued.due <= now);
    this.#queue = this.#queue.filter((queued) => queued.due > now);
    await Promise.all(due.map((queued) => this.#attempt(queued)));
  }

  /**
   * Ticks by itself until the returned function is called. It doesn't keep the process alive.
   *
   * @param everyMs milliseconds
   */
  start(everyMs: number): () => void {
    const timer = setInterval(() => void this.tick(), everyMs).unref();
    return () => clearInterval(timer);
  }

  async #attempt(queued: Queued): Promise<void> {
    const result = await this.#run(queued);
    if (!result.error) return;
    const now = this.#effects.clock().getTime();
    const due = now + (RETRY_AFTER_MS[queued.attempt - 1] ?? Number.POSITIVE_INFINITY);
    if (due - queued.acceptedAt <= MAX_EVENT_AGE_MS) {
      this.#queue.push({ ...queued, attempt: queued.attempt + 1, due });
    } else {
      this.#options.onGivenUp?.(invocationOf(queued, result));
    }
  }

  async #run(call: Omit<Queued, 'acceptedAt' | 'due'>): Promise<InvocationResult> {
    const arn = this.arnOf(call.name);
    const found = this.#functions.get(call.name);
    if (!found) throw new LambdaFault('ResourceNotFoundException', `Function not found: ${arn}`);
    const { definition, environments } = found;
    const ids = { requestId: call.requestId, arn };
    const result = await environments.run((handler) =>
      runInvocation(handler, { definition, event: call.event, ids }, this.#effects),
    );
    this.#options.onInvoked?.(invocationOf(call, result));
    return result;
  }

  #newRequestId(): string {
    return this.#options.newRequestId?.() ?? randomUUID();
  }
}

function invocationOf(
  { name, event, requestId, attempt }: Omit<Queued, 'acceptedAt' | 'due'>,
  result: InvocationResult,
): Invocation {
  return { functionName: name, requestId, event, attempt, result };
}
