import type { Answer } from './faults.ts';

/** Ends the name of a run for which somebody is at hand. */
export const ATTENDED = ' attended';

/** How a process ended. */
export type Ending<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'died' };

/** What is carried out at the neighbour, and how a neighbour of that kind says that something went wrong. */
export interface Request<T> {
  readonly name: string;
  /** After so many milliseconds the sender gives it up. @default HTTP_TIMEOUT_MS */
  readonly timeoutMs?: number | undefined;
  readonly perform: () => Promise<T>;
  /** Throws, or answers, in the neighbour's own way. */
  readonly fail: (answer: Exclude<Answer, 'reply'>) => T;
}

/** One invocation of a function. Nothing of it goes on once it is dead. */
export interface Process {
  readonly index: number;
  readonly name: string;
  readonly startedAt: number;
  readonly endsAt: number;
  alive: boolean;
  /** Ended by its time-out, while it was still at work. */
  timedOut: boolean;
  readonly conduct: Conduct;
  /** Requests so far: the number of the last one. */
  points: number;
  io<T>(request: Request<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
}

/** What happened, for people: names only. */
export interface TraceLine {
  readonly at: number;
  readonly process: number;
  readonly point: number;
  readonly text: string;
}

/** A request that had no proper answer, or was carried out late. */
export interface Trouble {
  readonly at: number;
  readonly process: number;
  readonly name: string;
}

/** What a process has done to its dependencies, as these have seen it. */
export interface Conduct {
  /** Its writes, by name, carried out or not. */
  readonly sent: string[];
  /** Those that were carried out and made a difference. */
  readonly changes: string[];
  /** Connectors that it has written to, answered or not. */
  readonly touched: Set<string>;
  /** When it has seen a dependency last: the time at which the read was carried out. For `labels` the moment that the answer shows. */
  readonly looks: Map<string, number>;
}

/** What a person did, or a mishap. */
export interface Deed {
  readonly at: number;
  readonly what: string;
}
