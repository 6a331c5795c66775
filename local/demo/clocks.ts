/** The clocks of a demonstration: the one by which is measured, and that of AWS, which can be set forward. */
export class Clocks {
  #passedMs = 0;
  readonly #followers: ((passedMs: number) => Promise<void>)[] = [];

  /** Milliseconds since the epoch, by a clock that never jumps. */
  readonly now = (): number => performance.timeOrigin + performance.now();

  /** The time in AWS. */
  readonly aws = (): Date => new Date(Date.now() + this.#passedMs);

  /** The instant in AWS. @param at milliseconds since the epoch, as {@link now} */
  inAws(at: number): Date {
    return new Date(at + this.#passedMs);
  }

  /** Takes note of a host whose clock goes with that of AWS. @param follow sets it ahead by so many milliseconds */
  follow(follow: (passedMs: number) => Promise<void>): void {
    this.#followers.push(follow);
  }

  /** Lets time pass in AWS without waiting for it. Nothing may be under way there meanwhile. @param ms milliseconds */
  async pass(ms: number): Promise<void> {
    const passedMs = this.#passedMs + ms;
    await Promise.all(this.#followers.map((follow) => follow(passedMs)));
    this.#passedMs = passedMs;
  }
}
