import type { Answer } from './faults.ts';

/** How a process ended. */
export type Ending<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'died' };

/** What is carried out at the neighbour, and how a neighbour of that kind says that something went wrong. */
export interface Request<T> {
  readonly name: string;
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
