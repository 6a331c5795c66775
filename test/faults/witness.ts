import { REALM } from '../support/parts.ts';
import { dependencyOf, isWrite } from './faults.ts';
import type { Monitor } from './monitor.ts';
import type { Process } from './process.ts';
import { type Parts, snapshot } from './snapshot.ts';

/** Sees what each process does to the engines: its looks, its writes, and whether those made a difference. */
export class Witness {
  readonly #parts: Parts;
  readonly #monitor: Monitor;
  readonly #now: () => number;

  constructor(parts: Parts, monitor: Monitor, now: () => number) {
    this.#parts = parts;
    this.#monitor = monitor;
    this.#now = now;
  }

  /** A write leaves the process: from here on it may be carried out. */
  sends({ conduct }: Process, request: string): void {
    if (!isWrite(request)) return;
    conduct.sent.push(request);
    if (request.startsWith('connector')) conduct.touched.add(dependencyOf(request));
  }

  /** Carries a request out at an HTTP dependency. */
  async carriesOut<T>(process: Process, request: string, perform: () => Promise<T>): Promise<T> {
    if (!isWrite(request)) return this.#saw(process, request, await perform());
    const [before, overlapping] = [this.#key(), this.#monitor.overlapping()];
    const result = await perform();
    this.#note({ process, request, before, overlapping });
    return result;
  }

  /** Carries a write out at an engine that answers at once. */
  writes<T>(process: Process, request: string, write: () => T): T {
    const [before, overlapping] = [this.#key(), this.#monitor.overlapping()];
    const result = write();
    this.#note({ process, request, before, overlapping });
    return result;
  }

  #saw<T>({ conduct }: Process, request: string, result: T): T {
    conduct.looks.set(dependencyOf(request), this.#now());
    return result;
  }

  #note({ process, request, before, overlapping }: Noted): void {
    if (this.#key() !== before) process.conduct.changes.push(request);
    this.#monitor.look({ by: 'own', what: request, process }, overlapping);
  }

  /** What counts as a change. What an overlap probe leaves behind does not: an attribute, and an expiry that is moved away. */
  #key(): string {
    const { current, previous, pending, iam, sections } = snapshot(this.#parts);
    const { clients } = this.#parts.iam.realm(REALM);
    const enabled = [...clients.values()].map((client) => client.enabled);
    return JSON.stringify([current?.id, previous, pending, iam, sections, enabled]);
  }
}

interface Noted {
  readonly process: Process;
  readonly request: string;
  readonly before: string;
  readonly overlapping: boolean;
}
