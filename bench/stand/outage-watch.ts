/** Adds up for how long a connector held a secret that its IAM refuses. */
export class OutageWatch {
  readonly #works: () => boolean;
  readonly #now: () => number;
  #since: number | undefined;
  #totalMs = 0;

  /** @param now milliseconds */
  constructor(works: () => boolean, now: () => number) {
    this.#works = works;
    this.#now = now;
  }

  /** To be called after every change of either. */
  look(): void {
    if (!this.#works()) this.#since ??= this.#now();
    else if (this.#since !== undefined) {
      this.#totalMs += this.#now() - this.#since;
      this.#since = undefined;
    }
  }

  /** Whether the outage goes on. */
  get isOut(): boolean {
    return this.#since !== undefined;
  }

  /** Milliseconds until now. */
  totalMs(): number {
    return this.#totalMs + (this.#since === undefined ? 0 : this.#now() - this.#since);
  }
}
