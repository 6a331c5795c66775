import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { AgentLine } from '../../../functions/adapters/agent-connector/line.ts';
import { NoReplyError } from '../../../functions/adapters/agent-connector/line-errors.ts';
import type { AgentHost } from './agent-host.ts';

/** A stored version of the secret, and the whole file that a write of it makes. */
export interface Version {
  readonly id: string;
  readonly file: string;
}

/** What is killed, and how it is asked to write. */
export interface KillOptions {
  readonly host: AgentHost;
  readonly configuration: string;
  readonly file: string;
  readonly secretId: string;
  /** The functions' side of the queues. */
  readonly line: AgentLine;
  readonly versions: readonly [Version, Version];
  /** How long a request is waited for, in milliseconds. */
  readonly patienceMs: number;
}

/** What one kill has left. */
export interface KillResult {
  /** Milliseconds after the write was sent. */
  readonly moment: number;
  /** Which version the file held then; undefined where it was neither. */
  readonly left: 'before' | 'after' | undefined;
  /** Whether the journal had an open write. */
  readonly cutOff: boolean;
  /** Whether the journal was closed by the start that followed. */
  readonly closed: boolean;
  /** What the write was answered, if it was. */
  readonly status: number | undefined;
  /** Which version the file held when the write was answered, or given up. */
  readonly settled: 'before' | 'after' | undefined;
}

/** Writes of two versions in turn through the real queues, with an agent that is killed now and then. */
export class Kills {
  readonly #options: KillOptions;

  constructor(options: KillOptions) {
    this.#options = options;
  }

  /** How long the writes took that nobody disturbed, in milliseconds. @throws {Error} when one is not answered by 200 */
  async undisturbed(count: number): Promise<number[]> {
    const took: number[] = [];
    for (let n = 0; n < count; n++) took.push((await this.write()).tookMs);
    return took;
  }

  /**
   * Writes the version that the file doesn't hold. A write that a dead agent's poll has taken, and that nobody answers, is asked
   * anew: the file is then as it was.
   *
   * @throws {Error} when it is answered by anything but 200, or not answered and yet carried out
   */
  async write(): Promise<{ version: Version; tookMs: number }> {
    for (;;) {
      const { before, after } = await this.#turn();
      const etag = await this.#etag();
      const begin = performance.now();
      const status = await this.#send(after, etag);
      const tookMs = performance.now() - begin;
      const held = await this.#nameOf(before, after);
      if (status === 200 && held === 'after') return { version: after, tookMs };
      if (status !== undefined || held !== 'before')
        throw new Error(`A write was answered ${status}, and the file is as ${held}`);
    }
  }

  /** Kills the agent once for each moment, and starts it again. @param moments milliseconds after a write was sent */
  async kill(moments: readonly number[]): Promise<KillResult[]> {
    const results: KillResult[] = [];
    for (const moment of moments) results.push(await this.#killOnce(moment));
    return results;
  }

  async #killOnce(moment: number): Promise<KillResult> {
    const { host, configuration } = this.#options;
    const { before, after } = await this.#turn();
    const answer = this.#send(after, await this.#etag());
    await wait(moment);
    await host.end('SIGKILL');
    const left = await this.#nameOf(before, after);
    const open = await host.openWrite(configuration);
    await host.start();
    const stillOpen = await host.openWrite(configuration);
    const status = await answer;
    return {
      moment,
      left,
      cutOff: open !== undefined,
      closed: open === undefined || stillOpen !== open,
      status,
      settled: await this.#nameOf(before, after),
    };
  }

  async #turn(): Promise<{ before: Version; after: Version }> {
    const [first, second] = this.#options.versions;
    return (await this.#held()) === first.file ? { before: first, after: second } : { before: second, after: first };
  }

  async #nameOf(before: Version, after: Version): Promise<'before' | 'after' | undefined> {
    const held = await this.#held();
    if (held === after.file) return 'after';
    return held === before.file ? 'before' : undefined;
  }

  #held(): Promise<string> {
    return readFile(this.#options.file, 'utf8');
  }

  /** A request that a dead agent's poll has taken is lost until its time is over: it is asked anew, as a run does. */
  async #etag(): Promise<string> {
    const { line, host, configuration, patienceMs } = this.#options;
    for (;;) {
      try {
        const { status, etag } = await line.ask({ op: 'read', agent: host.name, configuration }, patienceMs);
        if (status === 200 && etag) return etag;
      } catch (error) {
        if (!(error instanceof NoReplyError)) throw error;
      }
    }
  }

  /** @returns the status of the answer; undefined when none came in time */
  async #send({ id: versionId }: Version, ifMatch: string): Promise<number | undefined> {
    const { line, host, configuration, secretId, patienceMs } = this.#options;
    const question = { op: 'write', agent: host.name, configuration, ifMatch, secretId, versionId } as const;
    return line.ask(question, patienceMs).then(
      ({ status }) => status,
      () => undefined,
    );
  }
}

/** Moments that are spread at random, evenly, over a time, in milliseconds; the same ones for the same seed. */
export function momentsOf(count: number, { seed, withinMs }: { seed: number; withinMs: number }): number[] {
  const parts = fc.sample(fc.noBias(fc.integer({ min: 0, max: 1_000_000 })), { numRuns: count, seed });
  return parts.map((part) => (part * withinMs) / 1_000_000);
}
