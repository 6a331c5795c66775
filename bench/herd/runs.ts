import type { HerdStand } from './stand.ts';

/** When a credential's run begins. */
export interface Arrival {
  readonly id: string;
  /** Milliseconds after the schedules' time. */
  readonly afterMs: number;
}

/** Lambda tries a failed run again after these pauses. */
const RETRY_MS = [60_000, 120_000] as const;
/** So often is told how many are rotated. */
const NOTES = 10;

/** The runs of a herd, and what became of them. */
export class Runs {
  readonly tally = {
    rotated: 0,
    interrupted: 0,
    failedRuns: 0,
    givenUp: 0,
    makespanMs: 0,
    invocations: 0,
    peak: 0,
    billedMs: 0,
  };
  readonly #stand: HerdStand;
  readonly #begun: number;
  #running = 0;

  constructor(stand: HerdStand) {
    this.#stand = stand;
    this.#begun = stand.network.now;
  }

  /** Begins each run at its time, and waits for the end of all of them. */
  async all(arrivals: readonly Arrival[], progress: (done: number) => void): Promise<void> {
    const { network } = this.#stand;
    const every = Math.ceil(arrivals.length / NOTES);
    const underWay: Promise<void>[] = [];
    for (const { id, afterMs } of arrivals) {
      const waitMs = this.#begun + afterMs - network.now;
      if (waitMs > 0) await network.sleep(waitMs);
      underWay.push(
        this.#untilRotated(id).then(() => {
          if (this.tally.rotated % every === 0) progress(this.tally.rotated);
        }),
      );
    }
    await Promise.all(underWay);
  }

  async #untilRotated(id: string): Promise<void> {
    for (const pause of [...RETRY_MS, undefined]) {
      if (await this.#once(id)) return;
      this.tally.failedRuns += 1;
      if (pause === undefined) this.tally.givenUp += 1;
      else await this.#stand.network.sleep(pause);
    }
  }

  async #once(id: string): Promise<boolean> {
    const { tally } = this;
    const { network } = this.#stand;
    const start = network.now;
    tally.invocations += 1;
    this.#running += 1;
    tally.peak = Math.max(tally.peak, this.#running);
    const outcome = await this.#outcomeOf(id);
    this.#running -= 1;
    tally.billedMs += network.now - start;
    if (outcome === 'interrupted') tally.interrupted += 1;
    if (outcome !== 'rotated') return false;
    tally.rotated += 1;
    tally.makespanMs = network.now - this.#begun;
    return true;
  }

  async #outcomeOf(id: string): Promise<string> {
    try {
      const answer = await this.#stand.rotate(id, new Date(this.#begun));
      return answer && 'rotation' in answer ? answer.rotation.outcome : 'nothing';
    } catch (error) {
      // `interrupted: …`, as the function tells Lambda.
      return (error as Error).message.split(':')[0] ?? '';
    }
  }
}
