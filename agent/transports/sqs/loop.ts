import { asAgentError } from '../../errors.ts';
import type { Log } from '../../host/log.ts';
import type { Line, Received } from './line.ts';
import type { AnswerRequest } from './requests.ts';

/** What the loop takes. */
export interface LoopDeps {
  readonly line: Line;
  readonly answer: AnswerRequest;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Ends early when the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Requests that are answered at the same time. Those of one configuration wait for each other. */
const MOST_AT_ONCE = 20;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Receives requests and answers them until the signal is given, then waits for the answers that are under way. A queue that can't be
 * reached is tried again, ever more slowly, and never ends the loop.
 */
export async function runLoop({ line, answer, log, random, sleep }: LoopDeps, signal: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failures = 0;
  while (!signal.aborted) {
    try {
      const received = await line.receive(signal);
      if (failures > 0) log.info('line-restored', { failures });
      failures = 0;
      for (const each of received) {
        const done: Promise<void> = handle(each, { line, answer, log }).finally(() => underWay.delete(done));
        underWay.add(done);
      }
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      const pause = pauseAfter(failures, random());
      log.error('line-down', { failures, pauseMs: Math.round(pause), cause: nameOf(error) });
      await sleep(pause, signal);
    }
    while (underWay.size >= MOST_AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

/** Answers, then takes the message off the queue: after a crash in between it comes again, which harms nothing. */
async function handle(
  received: Received,
  { line, answer, log }: Pick<LoopDeps, 'line' | 'answer' | 'log'>,
): Promise<void> {
  try {
    const addressed = await answer(received.body);
    if (addressed) await line.reply(addressed.credential, JSON.stringify(addressed.reply));
    await received.delete();
  } catch (error) {
    log.error('reply-failed', { cause: nameOf(error), detail: asAgentError(error).message });
  }
}

/** Twice as long each time, up to a minute, half of it by chance: agents of one outage don't come back at once. */
function pauseAfter(failures: number, chance: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return longest * (0.5 + chance / 2);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
