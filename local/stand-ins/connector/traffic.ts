import { Agent, type Dispatcher } from 'undici';
import { fingerprintOf, type Section } from './configuration.ts';
import { type Completed, type Counts, count, emptyCounts } from './counts.ts';
import { type ClientAuth, callProjection, requestToken } from './token-request.ts';

/** How the connector uses its secret. */
export interface TrafficOptions {
  /** The section to use, asked at each request: a push takes effect at once. */
  readonly section: () => Section;
  /** Requests a second. @default 50 */
  readonly rate?: number;
  /** Requests that may be under way at once; what would exceed it is skipped, never queued. @default 50 */
  readonly maxInFlight?: number;
  /** @default 'post' */
  readonly clientAuth?: ClientAuth;
  /** Called with each token; its failure counts as the request's. @default none */
  readonly projectionUrl?: string;
  /** Milliseconds until an answer must be there. @default 10 000 */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Hears of every request that came to its end. @default - nothing */
  readonly onCompleted?: (completed: Completed) => void;
}

/** What the traffic has seen. Times are milliseconds since the epoch. */
export interface TrafficReport extends Counts {
  readonly running: boolean;
  /** Requests a second, as asked for. */
  readonly rate: number;
  readonly inFlight: number;
}

/** Traffic that runs until it is stopped. */
export interface Traffic {
  report(): TrafficReport;
  /** Begins counting anew; what is under way still counts when it ends. */
  reset(): void;
  /** Sends no more, and waits for what is under way. Its report stays. */
  stop(): Promise<void>;
}

/** Timers are no finer than this, in milliseconds; a higher rate sends several requests at a tick. */
const SHORTEST_TICK_MS = 5;

/**
 * How many requests a tick sends, and how many it gives up since too many are under way.
 *
 * @param state `elapsedMs` since the start; `paced` requests that were sent or given up until now
 */
export function due(state: { elapsedMs: number; rate: number; paced: number; inFlight: number; maxInFlight: number }) {
  const owed = Math.max(0, Math.floor((state.elapsedMs * state.rate) / 1000) - state.paced);
  const send = Math.min(owed, Math.max(0, state.maxInFlight - state.inFlight));
  return { send, skip: owed - send };
}

/**
 * Uses a section's secret for token requests at a steady rate, as a connector under load that caches no token and repeats no
 * request: the worst case for a rotation.
 *
 * @example
 * const traffic = startTraffic({ section: () => engine.sectionOf('ifs-production', 'runtime') });
 * await rotate();
 * await traffic.stop();
 * traffic.report().failed;
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const { rate = 50, maxInFlight = 50, now = Date.now, onCompleted = () => {} } = options;
  const dispatcher = new Agent({ connections: maxInFlight, keepAliveTimeout: 30_000 });
  const begun = now();
  const underWay = new Set<Promise<void>>();
  let counts = emptyCounts(begun);
  let paced = 0;
  let stopped: Promise<void> | undefined;

  const tick = () => {
    const { send, skip } = due({ elapsedMs: now() - begun, rate, paced, inFlight: underWay.size, maxInFlight });
    paced += send + skip;
    counts.skipped += skip;
    for (let n = 0; n < send; n += 1) {
      const one = complete(options, dispatcher).then((completed) => {
        underWay.delete(one);
        count(counts, completed);
        onCompleted(completed);
      });
      underWay.add(one);
    }
  };
  const timer = setInterval(tick, Math.max(SHORTEST_TICK_MS, 1000 / rate));
  const finish = async () => {
    clearInterval(timer);
    await Promise.all(underWay);
    await dispatcher.close();
  };

  return {
    report: () => structuredClone({ ...counts, running: !stopped, rate, inFlight: underWay.size }),
    reset: () => {
      counts = emptyCounts(now());
    },
    stop: () => {
      stopped ??= finish();
      return stopped;
    },
  };
}

/** One request, from reading the secret to the last answer. It never throws. */
async function complete(options: TrafficOptions, dispatcher: Dispatcher): Promise<Completed & { secret: string }> {
  const { clientAuth = 'post', timeoutMs = 10_000, projectionUrl, now = Date.now } = options;
  const send = { dispatcher, clientAuth, timeoutMs };
  const startedAt = now();
  const section = readSection(options);
  if (!section) return { startedAt, endedAt: now(), error: 'no-section', secret: 'none' };
  const attempt = await requestToken(section, send);
  const error = attempt.ok
    ? projectionUrl && (await callProjection(projectionUrl, attempt.token, send))
    : attempt.error;
  const secret = section.clientSecret === undefined ? 'none' : fingerprintOf(section.clientSecret);
  return { startedAt, endedAt: now(), secret, ...(error && { error }) };
}

function readSection({ section }: TrafficOptions): Section | undefined {
  try {
    return section();
  } catch {
    return undefined;
  }
}
