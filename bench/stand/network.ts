import { setImmediate as turn } from 'node:timers/promises';
import type { Handler } from '../../local/stand-ins/serve.ts';

/** A request to a dependency, on the simulated clock. */
export interface Hop {
  readonly service: string;
  /** `GetSecretValue csr/acme-1`, `PATCH`, `token` */
  readonly name: string;
  /** When it was sent and when its answer came, in simulated milliseconds. */
  readonly start: number;
  end: number;
}

/** The way to a dependency. */
interface Line {
  readonly service: string;
  /** What a request is called in the list of hops. */
  readonly nameOf: (request: Request) => Promise<string>;
  /** Whether it holds a request back until there is something to tell, on the simulated clock. @default false */
  readonly holds?: boolean;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => unknown;
}

/** So many turns of the event loop without a request or a sleep, and everybody waits for an answer. */
const QUIET_TURNS = 30;

/**
 * A network on which each request takes the same time, and everything else takes none. Time passes only while everybody waits, so a
 * busy machine changes nothing of what is measured.
 */
export class Network {
  /** Milliseconds since 1970. */
  now: number;
  readonly hops: Hop[] = [];
  /** Called before time passes, with everything done that could be done. */
  beforeTimePasses: () => void = () => undefined;
  readonly #roundTripMs: number;
  readonly #timers: Timer[] = [];
  /** What a dependency is carrying out in real time: nothing else happens meanwhile. */
  readonly #underWay = new Set<Promise<unknown>>();
  #order = 0;
  #activity = 0;

  constructor({ now, roundTripMs }: { readonly now: number; readonly roundTripMs: number }) {
    this.now = now;
    this.#roundTripMs = roundTripMs;
  }

  /** Puts a round trip in front of a dependency. */
  through({ service, nameOf, holds = false }: Line, handler: Handler): Handler {
    return async (request) => {
      const hop: Hop = { service, name: await nameOf(request), start: this.now, end: Number.POSITIVE_INFINITY };
      this.hops.push(hop);
      await this.sleep(this.#roundTripMs / 2);
      const response = holds ? await handler(request) : await this.#reached(() => handler(request));
      await this.sleep(this.#roundTripMs / 2);
      hop.end = this.now;
      return response;
    };
  }

  /** Resolves after so many simulated milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#at(this.now + ms, resolve));
  }

  /** Does something, and lets time pass until it is done. @throws {Error} when it waits for what never comes */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let done = false;
    const doing = work().finally(() => {
      done = true;
    });
    doing.catch(() => undefined);
    for (;;) {
      await this.#quiet();
      if (done) return await doing;
      await this.#next();
    }
  }

  async #reached(answer: () => Promise<Response>): Promise<Response> {
    const answering = answer();
    this.#underWay.add(answering);
    return await answering.finally(() => {
      this.#underWay.delete(answering);
      this.#activity += 1;
    });
  }

  #at(at: number, act: () => unknown): void {
    this.#activity += 1;
    const index = this.#timers.findIndex((one) => one.at > at);
    const timer = { at, order: ++this.#order, act };
    this.#timers.splice(index === -1 ? this.#timers.length : index, 0, timer);
  }

  async #quiet(): Promise<void> {
    let seen = this.#activity;
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      await Promise.allSettled(this.#underWay);
      await turn();
      if (seen !== this.#activity) turns = 0;
      seen = this.#activity;
    }
  }

  async #next(): Promise<void> {
    const due = this.#timers.shift();
    if (!due) throw new Error('everybody waits, and no answer is under way');
    if (due.at > this.now) this.beforeTimePasses();
    this.now = due.at;
    this.#activity += 1;
    due.act();
  }
}

/** The longest chain of requests of which each was sent once the one before was answered. */
export function depthOf(hops: readonly Pick<Hop, 'start' | 'end'>[]): number {
  const depths: { readonly end: number; readonly depth: number }[] = [];
  for (const { start, end } of [...hops].sort((a, b) => a.start - b.start)) {
    const before = depths.filter((other) => other.end <= start).map(({ depth }) => depth);
    depths.push({ end, depth: 1 + Math.max(0, ...before) });
  }
  return Math.max(0, ...depths.map(({ depth }) => depth));
}
