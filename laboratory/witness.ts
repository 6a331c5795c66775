import { dependencyOf, isWrite } from './faults.ts';
import type { Monitor } from './monitor.ts';
import type { Process } from './process.ts';

const LABELS = 'secrets-manager ListSecretVersionIds';

/** Sees what each process does to the engines: its looks, its writes, and whether those made a difference. */
export class Witness {
  readonly #monitors: readonly Monitor[];
  readonly #now: () => number;

  /** @param monitors one for each credential */
  constructor(monitors: readonly Monitor[], now: () => number) {
    this.#monitors = monitors;
    this.#now = now;
  }

  /** A write leaves the process: from here on it may be carried out. */
  sends({ conduct }: Process, request: string): void {
    if (!isWrite(request)) return;
    conduct.sent.push(request);
    if (request.startsWith('connector')) conduct.touched.add(dependencyOf(request));
  }

  /** A read of Secrets Manager is carried out: what it shows of the labels may be older. */
  reads({ conduct }: Process, request: string, ageMs: number): void {
    if (request === LABELS) conduct.looks.set('labels', this.#now() - ageMs);
  }

  /** Carries a request out at an HTTP dependency. */
  async carriesOut<T>(process: Process, request: string, perform: () => Promise<T>): Promise<T> {
    if (!isWrite(request)) return this.#saw(process, request, await perform());
    const before = this.#state();
    const result = await perform();
    this.#note({ process, request, before });
    return result;
  }

  /**
   * Carries a write out at an engine that answers at once.
   *
   * @param isBack it brings back what was refused already before this run
   */
  writes<T>(process: Process, request: string, write: () => T, isBack = false): T {
    const state = this.#state();
    const before = isBack ? { ...state, overlapping: state.overlapping.map(() => false) } : state;
    const result = write();
    this.#note({ process, request, before });
    return result;
  }

  #saw<T>({ conduct }: Process, request: string, result: T): T {
    conduct.looks.set(dependencyOf(request), this.#now());
    return result;
  }

  #note({ process, request, before }: Noted): void {
    const after = this.#state();
    if (after.key !== before.key) process.conduct.changes.push(request);
    for (const [i, monitor] of this.#monitors.entries()) monitor.lookAtPut(request, before.current[i]);
    for (const [i, monitor] of this.#monitors.entries())
      monitor.look({ by: 'own', what: request, process }, before.overlapping[i]);
  }

  #state(): State {
    return {
      key: this.#monitors.map((monitor) => monitor.key()).join(),
      current: this.#monitors.map((monitor) => monitor.current),
      overlapping: this.#monitors.map((monitor) => monitor.overlapping()),
    };
  }
}

interface State {
  readonly key: string;
  readonly current: readonly (string | undefined)[];
  readonly overlapping: readonly boolean[];
}

interface Noted {
  readonly process: Process;
  readonly request: string;
  readonly before: State;
}
