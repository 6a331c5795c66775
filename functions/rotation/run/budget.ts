import { RotationError } from '../../credential/errors.ts';

/** Whom a run waits for. A write of a connector is told from a read: behind an agent the connector is restarted. */
export type Dependency = 'iam' | 'connector' | 'connectorWrite' | 'store';

/** Requests that follow one another, by whom they go to. What goes side by side counts once. */
export type Requests = Readonly<Record<Dependency, number>>;

/** What a decision needs to know of the time: a snapshot of a {@link Budget}, as data. */
export interface TimeLeft {
  /** Milliseconds that are left, without what the end of the run needs. */
  readonly leftMs: number;
  readonly httpTimeoutMs: number;
  /** Milliseconds that one request of a dependency may take. */
  readonly requestMs: Readonly<Record<Dependency, number>>;
}

/** Milliseconds that requests which follow one another may take. */
export function needsMs({ requestMs }: Pick<TimeLeft, 'requestMs'>, requests: Requests): number {
  return (Object.keys(requests) as Dependency[]).reduce(
    (sum, dependency) => sum + requests[dependency] * requestMs[dependency],
    0,
  );
}

/** A dependency whose answers an estimate is learnt from. */
export type Measured = Exclude<Dependency, 'connectorWrite'>;

/** How long a request may take at most, in milliseconds. */
interface Timeouts {
  readonly httpTimeoutMs: number;
  /** A write through the slowest agent of the credential, restart included. @default 0, without agents */
  readonly agentTimeoutMs?: number;
}

/** What a budget asks for the time. */
interface Clock {
  now(): Date;
  /** Milliseconds until the function is ended. */
  remainingMs(): number;
}

/** Renew → check → push → read back: what goes on between the IAM's change and the promote. */
export const FORWARD: Requests = { iam: 2, connectorWrite: 1, connector: 1, store: 0 };

/** Fence → read → restore → prove (connectors are read beside it) → fence → push back → read back → clear. */
export const UNDO: Requests = { iam: 3, connector: 2, connectorWrite: 1, store: 3 };

/** An estimate is the slowest answer so far, and half as much again; it is never less than this part of the timeout. */
const HEADROOM = 1.5;
const LEAST_PART = 20;
/** Kept for the last calls of a run: to plan its repeat and to tell how it ended. A part of the timeout. */
const FAREWELL_PART = 5;
/** A connector that has just let a request time out gets this part of the timeout for the next one. */
const IMPATIENT_PART = 5;

/**
 * What is left of a function's time, and what the rest of a run may need of it. The needs are computed from what the run has
 * measured itself: the slowest answer of each dependency. So a slow dependency makes a run decline to begin, never die half-way.
 */
export class Budget {
  readonly #runtime: Clock;
  readonly #httpTimeoutMs: number;
  readonly #agentTimeoutMs: number;
  readonly #slowest: Record<Measured, number> = { iam: 0, connector: 0, store: 0 };
  #phase: 'open' | 'forward' | 'undo' = 'open';

  constructor(runtime: Clock, { httpTimeoutMs, agentTimeoutMs = 0 }: Timeouts) {
    this.#runtime = runtime;
    this.#httpTimeoutMs = httpTimeoutMs;
    this.#agentTimeoutMs = agentTimeoutMs;
  }

  /** Milliseconds that are left, without what the end of the run needs. */
  get leftMs(): number {
    return this.#runtime.remainingMs() - this.#httpTimeoutMs / FAREWELL_PART;
  }

  /**
   * From here on requests leave room for an undo (`forward`), or may use up what is left (`undo`).
   *
   * @returns a function that goes back to the phase before
   */
  enter(phase: 'forward' | 'undo'): () => void {
    const before = this.#phase;
    this.#phase = phase;
    return () => {
      this.#phase = before;
    };
  }

  /**
   * Milliseconds that one request of a dependency may take. For a write through an agent that is always the agent's whole timeout:
   * how long one restart took says little of the next one.
   */
  estimate(dependency: Dependency): number {
    if (dependency === 'connectorWrite') return Math.max(this.estimate('connector'), this.#agentTimeoutMs);
    const expected = this.#slowest[dependency] * HEADROOM;
    return Math.min(this.#httpTimeoutMs, Math.max(expected, this.#httpTimeoutMs / LEAST_PART));
  }

  /** The time as it stands now. */
  get snapshot(): TimeLeft {
    const requestMs = {
      iam: this.estimate('iam'),
      connector: this.estimate('connector'),
      connectorWrite: this.estimate('connectorWrite'),
      store: this.estimate('store'),
    };
    return { leftMs: this.leftMs, httpTimeoutMs: this.#httpTimeoutMs, requestMs };
  }

  /** Milliseconds that requests which follow one another may take. */
  needs(requests: Requests): number {
    return needsMs(this.snapshot, requests);
  }

  /** Milliseconds that requests which follow one another take if each is as slow as the slowest answer so far. */
  expectedMs(requests: Requests): number {
    const { iam, connector, store } = this.#slowest;
    return needsMs({ requestMs: { iam, connector, connectorWrite: connector, store } }, requests);
  }

  /** Whether something that takes so long can be done, and still be undone where that may be needed. */
  fits(ms: number): boolean {
    return this.leftMs >= ms + (this.#phase === 'forward' ? this.needs(UNDO) : 0);
  }

  /**
   * How long a request may wait for its answer, in milliseconds: the timeout of the deployment, for a write through an agent the
   * longest timeout of an agent, or less where the rest of the run needs the time. An undo that has little time shares it out.
   *
   * @param impatient the same dependency has just let a request time out
   */
  timeoutMs(dependency: Dependency, impatient = false): number {
    const estimate = this.estimate(dependency);
    const { leftMs } = this;
    const spare = {
      open: leftMs,
      forward: Math.max(estimate, leftMs - this.needs(UNDO)),
      undo: Math.max(estimate, leftMs / 2),
    }[this.#phase];
    const longest = dependency === 'connectorWrite' ? this.#longestWriteMs : this.#httpTimeoutMs;
    const most = impatient ? Math.max(2 * estimate, this.#httpTimeoutMs / IMPATIENT_PART) : longest;
    return Math.floor(Math.min(spare, leftMs, most, longest));
  }

  get #longestWriteMs(): number {
    return Math.max(this.#httpTimeoutMs, this.#agentTimeoutMs);
  }

  /** Measures something that is answered. What is not answered says nothing of how long answers take. */
  async measure<T>(dependency: Measured, ask: () => Promise<T>): Promise<T> {
    const begin = this.#runtime.now().getTime();
    const answer = await ask();
    this.#slowest[dependency] = Math.max(this.#slowest[dependency], this.#runtime.now().getTime() - begin);
    return answer;
  }
}

/**
 * The shortest function timeout with which a run can hold its promises: a connector that answers no more costs a timeout when it
 * is written, one when it is read back, and one to wait out the write; the IAM's write may cost another one. Behind an agent, the
 * wait is longer, and the write that takes the secret back restarts the connector once more.
 *
 * @param agent what a credential's agents may take, in milliseconds; `takesBack` where two secrets never work at once
 * @returns milliseconds
 */
export function shortestFunctionTimeoutMs(
  httpTimeoutMs: number,
  agent?: { readonly timeoutMs: number; readonly lateMs: number; readonly takesBack: boolean },
): number {
  const shortest = 4 * httpTimeoutMs + 1000;
  if (!agent) return shortest;
  const { timeoutMs, lateMs, takesBack } = agent;
  return takesBack ? shortest - httpTimeoutMs + lateMs + 2 * timeoutMs : shortest + timeoutMs;
}

/** @throws {RotationError} `out-of-time` */
export function assertFits(budget: Budget, ms: number): void {
  if (!budget.fits(ms)) throw outOfTime();
}

/** The failure of a run that has too little time left to go on. */
export function outOfTime(): RotationError {
  return new RotationError(
    'out-of-time',
    'Too little of the timeout is left to go on; the rest is kept for the undo and the end of the run',
  );
}
