import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** How long a caller bears with throttling. */
export interface Patience {
  /** @default - the clock's */
  readonly sleep?: (ms: number) => Promise<void>;
  /** How often a throttled call is sent in all, at least. @default 3 */
  readonly tries?: number;
  /** Whether there is time to pause so many milliseconds and to send the call once more. @default - there is none */
  readonly mayWait?: (ms: number) => boolean;
  /** Whether so many milliseconds are not even left for one of the least tries. @default - they always are */
  readonly isOver?: (ms: number) => boolean;
}

/** So often a pause doubles. */
const MOST_DOUBLINGS = 3;

const THROTTLED = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
]);

/** AWS refused a call since there were too many: for certain, nothing was carried out. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
}

/** An SDK's command: it can be watched. */
interface Watched {
  // biome-ignore lint/suspicious/noExplicitAny: what goes through a middleware differs by command, and is not looked at
  readonly middlewareStack: { add(middleware: any, options: { step: 'deserialize'; priority: 'high' }): void };
}

/**
 * Sends a command of an SDK again while it is throttled, as {@link whileThrottled} does.
 *
 * @param command what `send` sends; the tries that the SDK makes on its own are looked at, too
 * @throws {ThrottledError} when it stays throttled. Where one try of several failed in another way, that may have been carried out,
 *   so the SDK's own error is thrown
 */
export async function bearThrottling<T>(
  { what, command }: { what: string; command: Watched },
  send: () => Promise<T>,
  patience: Patience = {},
): Promise<T> {
  const failures = watch(command);
  const isCertain = (error: unknown) => (failures.length > 0 ? failures.every(isThrottled) : attemptsOf(error) <= 1);
  return await whileThrottled({ what, isCertain }, send, patience);
}

/**
 * Sends a call again while it is throttled. The pauses double, and differ by what is called, so that a herd spreads.
 *
 * @param what names what is called, for example the secret
 * @param isCertain whether a throttled call was not carried out by a try before @default - every call is sent once, or changes nothing
 * @throws {ThrottledError} when it stays throttled
 */
export async function whileThrottled<T>(
  { what, isCertain = () => true }: { what: string; isCertain?: (error: unknown) => boolean },
  send: () => Promise<T>,
  { sleep = wait as (ms: number) => Promise<void>, tries = 3, mayWait = () => false, isOver = () => false }: Patience,
): Promise<T> {
  for (let sent = 1; ; sent++) {
    try {
      return await send();
    } catch (error) {
      if (!isThrottled(error) || !isCertain(error)) throw error;
      const pause = pauseMs(what, sent);
      if (sent < tries ? isOver(pause) : !mayWait(pause)) throw new ThrottledError();
      await sleep(pause);
    }
  }
}

/** The failures of every try of a command, the SDK's own repeats included. */
function watch({ middlewareStack }: Watched): readonly unknown[] {
  const failures: unknown[] = [];
  const keep = (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
    try {
      return await next(args);
    } catch (error) {
      failures.push(error);
      throw error;
    }
  };
  middlewareStack.add(keep, { step: 'deserialize', priority: 'high' });
  return failures;
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && THROTTLED.has(error.name);
}

function attemptsOf(error: unknown): number {
  return (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;
}

/** 200 to 600 ms at first, then twice as much each time, up to a few seconds. */
function pauseMs(what: string, sent: number): number {
  const share = createHash('sha256').update(`${what} ${sent}`).digest().readUInt32BE() / 2 ** 32;
  return Math.round((200 + 400 * share) * 2 ** Math.min(sent - 1, MOST_DOUBLINGS));
}
