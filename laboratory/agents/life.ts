import type { Simulation } from '../simulation.ts';

/** What one step of the agent meets. */
interface StepPlan {
  /** Where the program is killed, if it is. */
  readonly dies?: 'before' | 'within' | 'after' | undefined;
}

/** What a life asks of its host. */
interface Circumstances {
  readonly simulation: Simulation;
  /** The machine stands still until then. */
  readonly pausedUntil: () => number;
  /** Called as a step begins. */
  readonly begins: (what: string) => StepPlan;
  readonly died: (life: Life) => void;
}

/** What a step takes, in milliseconds. */
const STEP_MS = 3;

/**
 * One life of the agent's program, from its start to its death. All that it does to the world is done in steps, one at a time on the
 * simulated clock; the program may be killed at each. What it waits for then never comes.
 */
export class Life {
  isAlive = true;
  readonly #circumstances: Circumstances;
  readonly #death = Promise.withResolvers<void>();
  #diesWithin = false;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
  }

  /** Does something to the world. */
  step<T>(what: string, perform: () => Promise<T> | T, ms = STEP_MS): Promise<T> {
    const { simulation, pausedUntil } = this.#circumstances;
    return new Promise((resolve, reject) => {
      const take = () => {
        if (!this.isAlive) return;
        if (pausedUntil() > simulation.now) return simulation.at(pausedUntil(), take);
        simulation.beside(() => this.#take(what, perform).then((give) => give?.(resolve, reject)));
      };
      simulation.at(simulation.now + ms, take);
    });
  }

  /** Waits. */
  sleep(ms: number): Promise<void> {
    const { simulation } = this.#circumstances;
    return new Promise((resolve) => simulation.at(simulation.now + ms, () => this.isAlive && resolve()));
  }

  /** Called between the parts of a step; a program that is killed there goes no further. */
  async within(): Promise<void> {
    if (!this.#diesWithin) return;
    this.die();
    await new Promise<never>(() => undefined);
  }

  die(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#death.resolve();
    this.#circumstances.died(this);
  }

  /** @returns how whoever waits for the step is answered; undefined when nobody waits any more */
  async #take<T>(what: string, perform: () => Promise<T> | T): Promise<Give<T> | undefined> {
    const { dies } = this.#circumstances.begins(what);
    if (dies === 'before') this.die();
    if (!this.isAlive) return undefined;
    this.#diesWithin = dies === 'within';
    const give = await Promise.race([outcomeOf(perform), this.#death.promise]);
    if (dies) this.die();
    return this.isAlive && give ? give : undefined;
  }
}

type Give<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => void;

async function outcomeOf<T>(perform: () => Promise<T> | T): Promise<Give<T>> {
  try {
    const value = await perform();
    return (resolve) => resolve(value);
  } catch (error) {
    return (_, reject) => reject(error);
  }
}
