import { setImmediate as macrotask } from 'node:timers/promises';
import { actionOf, isPossible, type PlannedFault } from './faults.ts';
import type { Ending, Process, Request, TraceLine } from './process.ts';

/** What every I/O costs on the simulated clock, in milliseconds. */
const IO_MS = 5;
/** After so long a request that has no answer is given up by whoever sent it; so long it may still be carried out. */
export const HTTP_TIMEOUT_MS = 10_000;

interface Waiting {
  readonly process: Process;
  readonly point: number;
  readonly since: number;
  readonly request: Request<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => unknown;
}

/** What a simulation is given. */
export interface SimulationOptions {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly faults: readonly PlannedFault[];
  /** Who goes on next, where there is a choice: an index into what waits. Used up, the first goes on. */
  readonly turns: readonly number[];
  /** Called whenever something may have changed: after each request that was carried out, each event, each jump of the clock. */
  readonly onChange: () => void;
}

/**
 * Processes that share a clock and take turns at every request. Nothing is real but the code between two requests: who goes on,
 * what time it is, and what becomes of a request is decided here, the same way each time.
 */
export class Simulation {
  now: number;
  readonly trace: TraceLine[] = [];
  readonly processes: Process[] = [];
  /** How often something happened that no process asked for at that moment: a late request, a person's deed. */
  disturbances = 0;
  #options: SimulationOptions;
  readonly #waiting: Waiting[] = [];
  readonly #timers: Timer[] = [];
  readonly #persistent = new Map<string, { left: number; fault: PlannedFault }>();
  #activity = 0;
  #order = 0;
  #turn = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.now = options.start;
  }

  /** Runs something at a time, or at once when that is over. */
  at(time: number, act: () => unknown): void {
    this.#activity += 1;
    const timer = { at: Math.max(time, this.now), order: ++this.#order, act };
    const index = this.#timers.findIndex((one) => one.at > timer.at);
    this.#timers.splice(index === -1 ? this.#timers.length : index, 0, timer);
  }

  /** Resolves after some milliseconds. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + ms, resolve));
  }

  /** Forgets what has been, and goes on with these faults and turns. */
  begin(faults: readonly PlannedFault[], turns: readonly number[]): void {
    this.#options = { ...this.#options, start: this.now, faults, turns };
    this.#turn = 0;
    this.#persistent.clear();
    this.processes.length = 0;
    this.trace.length = 0;
  }

  /** From here on nothing goes wrong any more, and nobody is overtaken. */
  calm(): void {
    this.#options = { ...this.#options, faults: [], turns: [] };
    this.#persistent.clear();
    this.note('from here on nothing goes wrong');
  }

  /** Notes something in the trace. */
  note(text: string, process = -1, point = 0): void {
    this.trace.push({ at: this.now - this.#options.start, process, point, text });
  }

  /**
   * Starts a process. It is ended at its time-out, dead or alive; a dead one is noticed no earlier.
   *
   * @param timeoutMs milliseconds
   */
  spawn<T>(name: string, timeoutMs: number, main: (process: Process) => Promise<T>): Promise<Ending<T>> {
    const process = this.#process(name, timeoutMs);
    this.note(`starts: ${name}`, process.index);
    return new Promise((resolve) => {
      const end = (ending: Ending<T>) => {
        if (!process.alive && ending.kind !== 'died') return;
        process.alive = false;
        this.#activity += 1;
        resolve(ending);
      };
      this.at(process.endsAt, () => {
        if (process.alive) this.#leave(process);
        end({ kind: 'died' });
      });
      main(process).then(
        (value) => end({ kind: 'returned', value }),
        (error: unknown) => end({ kind: 'threw', error }),
      );
    });
  }

  /** Goes on until a promise is settled, or with none until nothing is left to do. */
  async run<T>(until?: Promise<T>): Promise<void> {
    let done = false;
    const finish = () => {
      done = true;
      this.#activity += 1;
    };
    until?.then(finish, finish);
    for (;;) {
      await this.#settle();
      if (done || !(await this.#next())) return;
    }
  }

  /** Waits until every process waits for its turn, sleeps, or has ended. */
  async #settle(): Promise<void> {
    for (let seen = -1; seen !== this.#activity; ) {
      seen = this.#activity;
      await macrotask();
    }
  }

  async #next(): Promise<boolean> {
    const timer = this.#timers[0];
    if (timer && timer.at <= this.now) return this.#fire(timer);
    const count = this.#waiting.length;
    if (count === 0) return timer ? this.#fire(timer) : false;
    const patient = timer && timer.at < (this.#waiting[0]?.since ?? 0) + HTTP_TIMEOUT_MS;
    const choices = count + (patient ? 1 : 0);
    const choice = choices > 1 ? (this.#options.turns[this.#turn++] ?? 0) % choices : 0;
    if (choice === count && timer) return this.#fire(timer);
    const [chosen] = this.#waiting.splice(choice, 1);
    if (chosen) await this.#carryOut(chosen);
    return true;
  }

  #fire(timer: Timer): true {
    this.#timers.shift();
    if (timer.at > this.now) {
      this.now = timer.at;
      this.#options.onChange();
    }
    this.#activity += 1;
    timer.act();
    this.#options.onChange();
    return true;
  }

  async #carryOut(waiting: Waiting): Promise<void> {
    const { process, request, point } = waiting;
    this.now += IO_MS;
    const fault = this.#faultAt(waiting);
    if (!fault) {
      this.note(request.name, process.index, point);
      await request.perform().then(waiting.resolve, waiting.reject);
      this.#options.onChange();
      this.#activity += 1;
      return;
    }
    this.note(`${request.name} ⟵ ${fault.fault}`, process.index, point);
    await this.#misfortune(waiting, fault);
    this.#activity += 1;
  }

  async #misfortune({ process, request, ...waiting }: Waiting, fault: PlannedFault): Promise<void> {
    const { carried, answer } = actionOf(fault.fault);
    const givenUpAt = answer === 'timeout' ? this.now + HTTP_TIMEOUT_MS : this.now;
    const perform = () => request.perform().catch(() => undefined);
    if (carried === 'now') await perform();
    if (carried === 'late')
      this.at(givenUpAt + (fault.late ?? HTTP_TIMEOUT_MS - 100), () => this.#late(request, perform));
    this.#options.onChange();
    if (answer === 'dies') return this.#leave(process);
    const respond = () => {
      if (!process.alive) return;
      try {
        waiting.resolve(request.fail(answer));
      } catch (error) {
        waiting.reject(error);
      }
    };
    if (givenUpAt > this.now) this.at(givenUpAt, respond);
    else respond();
  }

  async #late(request: Request<unknown>, perform: () => Promise<unknown>): Promise<void> {
    this.note(`(late) ${request.name}`);
    this.disturbances += 1;
    await perform();
    this.#activity += 1;
    this.#options.onChange();
  }

  /** The fault planned for this request, or one that lasts. */
  #faultAt({ process, point, request }: Waiting): PlannedFault | undefined {
    const planned = this.#options.faults.find((one) => one.run === process.index && one.point === point);
    const key = `${process.index} ${request.name}`;
    if (planned && isPossible(planned.fault, request.name))
      this.#persistent.set(key, { left: planned.times ?? 1, fault: planned });
    const lasting = this.#persistent.get(key);
    if (!lasting || lasting.left === 0) return undefined;
    lasting.left -= 1;
    return lasting.fault;
  }

  #leave(process: Process): void {
    process.alive = false;
    this.note('is dead', process.index);
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      if (this.#waiting[i]?.process === process) this.#waiting.splice(i, 1);
    }
  }

  #process(name: string, timeoutMs: number): Process {
    const process: Process = {
      index: this.processes.length,
      name,
      startedAt: this.now,
      endsAt: this.now + timeoutMs,
      alive: true,
      points: 0,
      io: <T>(request: Request<T>) =>
        new Promise<T>((resolve, reject) => {
          if (!process.alive) return;
          this.#activity += 1;
          const point = ++process.points;
          const waiting = { process, point, since: this.now, request, resolve, reject };
          this.#waiting.push(waiting as unknown as Waiting);
        }),
      sleep: (ms) =>
        new Promise((resolve) => {
          if (process.alive) this.at(this.now + ms, () => process.alive && resolve());
        }),
    };
    this.processes.push(process);
    return process;
  }
}
