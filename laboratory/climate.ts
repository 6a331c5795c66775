import type { Condition, Weather } from './course.ts';
import { dependencyOf, type FaultKind, isWrite } from './faults.ts';
import type { Script } from './script.ts';

type Away = Script['weather'][number];

const FAULTS = { dark: 'time-out', refused: 'refused', '503': '5xx', '403': '403' } as const satisfies Record<
  Away['kind'],
  FaultKind
>;

/** A time for which a dependency was away, in milliseconds since 1970. */
interface Window {
  readonly away: Away;
  readonly from: number;
  readonly to: number;
}

/** The weather of a script: outages, latencies and the quota. */
export class Climate {
  /** Outages that have begun, or of which it is known when they do. */
  readonly windows: Window[] = [];
  readonly #script: Script;
  readonly #counts = new Map<unknown, number>();

  /** @param begun when the scene begins, in milliseconds since 1970 */
  constructor(script: Script, begun: number) {
    this.#script = script;
    for (const away of script.weather) if (!away.after) this.#begin(away, begun);
  }

  /** Whether some dependency takes its time. */
  get isSlow(): boolean {
    return this.#script.latency.length > 0;
  }

  /** When everything answers again, as far as is known; 0 when nothing was away. */
  get endsAt(): number {
    return Math.max(0, ...this.windows.map(({ to }) => to));
  }

  /** Asked once for each request. */
  readonly weather: Weather = (name, now) => {
    const of = dependencyOf(name);
    const counted = this.#script.weather.filter((one) => this.#isTheOne(one, name));
    for (const away of counted) if (away.after?.itself) this.#begin(away, now);
    const window = this.windows.find(
      ({ away, from, to }) => away.of === of && from <= now && now < to && !(away.readable && !isWrite(name)),
    );
    for (const away of counted) if (!away.after?.itself) this.#begin(away, now);
    const throttled = of === 'store' && this.#isOverQuota(now);
    const fault = window ? FAULTS[window.away.kind] : throttled ? 'throttled' : undefined;
    return { ...this.#latencyOf(of), ...(fault && { fault }) };
  };

  #begin(away: Away, now: number): void {
    const from = now + away.from;
    this.windows.push({ away, from, to: from + away.lasts });
  }

  /** Whether a request is the one with or after which an outage begins. */
  #isTheOne(away: Away, name: string): boolean {
    const words = name.split(' ');
    if (!away.after?.request.split(' ').every((word) => words.includes(word))) return false;
    return this.#count(away) === away.after.nth;
  }

  #isOverQuota(now: number): boolean {
    const { quota } = this.#script;
    return quota > 0 && this.#count(`second ${Math.floor(now / 1000)}`) > quota;
  }

  #latencyOf(of: string): Condition {
    const found = this.#script.latency.find((one) => one.of === of);
    if (!found) return {};
    const { ms, tail } = found;
    const chance = scattered(this.#count(`requests ${of}`));
    // Carried out somewhere on the way: soon after it was sent, or long after it was given up.
    const latency = Math.round(ms + tail * chance ** 4);
    return { latency, reach: Math.round(latency * scattered(latency + this.#count(found))) };
  }

  #count(key: unknown): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}

/** A number below 1 for each number, without any order in it that matters. */
function scattered(number: number): number {
  return ((number * 2_654_435_761) >>> 0) / 2 ** 32;
}
