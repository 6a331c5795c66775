import { setImmediate as macrotask } from 'node:timers/promises';
import { type Condition, type Course, courseOf, HTTP_TIMEOUT_MS, type Weather } from './course.ts';
import { isPossible, type PlannedFault } from './faults.ts';
import type { Deed, Ending, Process, Request, TraceLine, Trouble } from './process.ts';

export { HTTP_TIMEOUT_MS } from './course.ts';

/** What every I/O costs on the simulated clock, in milliseconds. */
const IO_MS = 5;

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
  /** Every request that went wrong, and every one that was carried out late. */
  readonly troubles: Trouble[] = [];
  /** What people did, and when. */
  readonly deeds: Deed[] = [];
  /** When something happened last that no run may have seen: a late request, a person's deed. Milliseconds since 1970. */
  lastDisturbance = 0;
  /** How often something happened that no process asked for at that moment: a late request, a person's deed. */
  disturbances = 0;
  #options: SimulationOptions;
  readonly #waiting: Waiting[] = [];
  readonly #timers: Timer[] = [];
  /** Requests that are being carried out at this moment, though nobody may wait for them. */
  readonly #performing = new Set<Promise<void>>();
  #weather: Weather | undefined;
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
    this.troubles.length = 0;
    this.deeds.length = 0;
    this.trace.length = 0;
  }

  /** What the dependencies are like from here on, beside the planned faults; with none they are well. */
  setWeather(weather?: Weather): void {
    this.#weather = weather;
  }

  /** What a dependency is like at this moment for whoever is no process: asked once for each request. */
  conditionOf(request: string): Condition {
    return this.#weather?.(request, this.now, -1) ?? {};
  }

  /** Does something that no process does: nothing else happens before it is done. */
  beside(perform: () => Promise<void>): void {
    this.#perform(async () => {
      await perform();
      this.#options.onChange();
    });
  }

  /** Draws from the turns, for whoever else has a choice: an index below `choices`. */
  draw(choices: number): number {
    return (this.#options.turns[this.#turn++] ?? 0) % choices;
  }

  /** From here on nothing goes wrong any more, and nobody is overtaken. */
  calm(): void {
    this.#options = { ...this.#options, faults: [], turns: [] };
    this.#persistent.clear();
    this.#weather = undefined;
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
        if (process.alive) {
          process.timedOut = true;
          this.#leave(process);
        }
        end({ kind: 'died' });
      });
      main(process).then(
        (value) => end({ kind: 'returned', value }),
        (error: unknown) => end({ kind: 'threw', error }),
      );
    });
  }

  /**
   * Goes on until a promise is settled, or with none until nothing is left to do.
   *
   * @throws what the promise was rejected with
   */
  async run<T>(until?: Promise<T>): Promise<void> {
    let done = false;
    const finish = () => {
      done = true;
      this.#activity += 1;
    };
    until?.then(finish, finish);
    for (;;) {
      await this.#settle();
      if (done) return void (await until);
      if (!(await this.#next())) return;
    }
  }

  /** Waits until every process waits for its turn, sleeps, or has ended. */
  async #settle(): Promise<void> {
    while (this.#performing.size > 0) await Promise.all(this.#performing);
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
    const patient =
      timer && timer.at < Math.min(...this.#waiting.map(({ since, request }) => since + timeoutOf(request)));
    const choices = count + (patient ? 1 : 0);
    const choice = choices > 1 ? this.draw(choices) : 0;
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
    const condition = this.#weather?.(request.name, this.now, process.index) ?? {};
    const fault = condition.fault ? { fault: condition.fault } : this.#faultAt(waiting);
    const course = courseOf(timeoutOf(request), condition, fault);
    this.note(`${request.name}${wordsFor(course, { ...condition, ...fault })}`, process.index, point);
    await this.#follow(waiting, course);
    this.#activity += 1;
  }

  async #follow(waiting: Waiting, { carriedAfter, answeredAfter, answer }: Course): Promise<void> {
    const { process, request } = waiting;
    if (answer !== 'reply') this.#trouble(waiting, answeredAfter);
    let give = () => waiting.reject(new Error('an answer came before the request was carried out'));
    const perform = async () => {
      const late = carriedAfter !== undefined && carriedAfter > answeredAfter;
      if (late) this.#late(waiting);
      await request.perform().then(
        (value) => {
          give = () => waiting.resolve(value);
        },
        (error: unknown) => {
          give = () => waiting.reject(error);
        },
      );
      this.#options.onChange();
    };
    if (carriedAfter === 0) await perform();
    else if (carriedAfter !== undefined) this.at(this.now + carriedAfter, () => this.#perform(perform));
    if (answer === 'dies') return this.#leave(process);
    const respond = () => {
      if (!process.alive) return;
      if (answer === 'reply') return give();
      try {
        waiting.resolve(request.fail(answer));
      } catch (error) {
        waiting.reject(error);
      }
    };
    if (answeredAfter > 0) this.at(this.now + answeredAfter, respond);
    else respond();
  }

  /** Something that is carried out beside every process: nothing else happens before it is done. */
  #perform(perform: () => Promise<void>): void {
    const performing = perform().then(() => {
      this.#activity += 1;
      this.#performing.delete(performing);
    });
    this.#performing.add(performing);
  }

  #late(waiting: Waiting): void {
    this.note(`(late) ${waiting.request.name}`);
    this.#trouble(waiting, 0);
    this.disturb();
  }

  /** Something happens that no process asked for at this moment. */
  disturb(): void {
    this.disturbances += 1;
    this.lastDisturbance = this.now;
  }

  #trouble({ process, request }: Waiting, after: number): void {
    this.troubles.push({ at: this.now + after, process: process.index, name: request.name });
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
      timedOut: false,
      conduct: { sent: [], changes: [], touched: new Set(), looks: new Map() },
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

function timeoutOf({ timeoutMs = HTTP_TIMEOUT_MS }: Request<unknown>): number {
  return timeoutMs;
}

function wordsFor({ answer }: Course, { fault, latency }: Condition): string {
  const slow = latency ? ` (${latency} ms)` : '';
  return `${slow}${fault ? ` ⟵ ${fault}` : answer === 'timeout' ? ' ⟵ too slow' : ''}`;
}
