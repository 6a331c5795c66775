import { rename } from 'node:fs/promises';
import type { Loading } from '../../agent/apply/loading.ts';
import { AgentError } from '../../agent/errors.ts';
import { type FileDeps, realFileDeps } from '../../agent/host/files.ts';
import type { Log } from '../../agent/host/log.ts';
import type { Configuration } from '../../local/stand-ins/connector/configuration.ts';
import type { HostDisk } from './files.ts';
import { hostLine, type Outside, readerOf } from './host-line.ts';
import { Life } from './life.ts';
import { type ProgramHost, runProgram } from './program.ts';
import { AgentScene } from './script.ts';
import { agentSettings } from './settings.ts';
import type { AgentWatch } from './watch.ts';

/** What a host is made of. */
export interface HostParts extends Omit<Outside, 'isCutOff' | 'answers'> {
  readonly disk: HostDisk;
  readonly watch: AgentWatch;
  /** The connectors beside the agent. */
  readonly names: readonly string[];
  readonly credential: string;
  readonly clientIds: readonly string[];
}

type Silence = AgentScene['silences'][number];

/** The host of an agent: its program, which is started and killed, its clock, its network, and the connectors beside it. */
export class AgentHost {
  readonly names: readonly string[];
  readonly #parts: HostParts;
  readonly #program: ProgramHost;
  #scene = AgentScene.parse({});
  #begun = 0;
  #life: Life | undefined;
  #steps = 0;
  #restarts = 0;
  #instances = 0;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.names = parts.names;
    this.#program = this.#createProgram();
    this.#start();
  }

  /** From here on steps and restarts are counted anew, and this goes wrong. */
  begin(scene: AgentScene): void {
    const { simulation, wire } = this.#parts;
    this.#scene = scene;
    this.#begun = simulation.now;
    this.#steps = 0;
    this.#restarts = 0;
    wire.begin(scene.messages);
    for (const silence of scene.silences) {
      simulation.at(this.#begun + silence.from, () => this.#fallSilent(silence));
      simulation.troubles.push({ at: this.#endOf(silence), process: -1, name: 'agent silent' });
    }
  }

  /** When the last silence that was planned is over, in milliseconds since 1970. */
  get silentUntil(): number {
    return Math.max(0, ...this.#scene.silences.map((silence) => this.#endOf(silence)));
  }

  /** From here on nothing goes wrong; a program that is not running is started. */
  calm(): void {
    this.#scene = AgentScene.parse({});
    this.#parts.wire.begin([]);
    if (!this.#life) this.#start();
  }

  /** A person writes a configuration's file, and the connector does not load it yet. */
  write(name: string, configuration: Configuration): void {
    this.#parts.disk.write(name, configuration);
    this.#parts.watch.wroteByHand(name);
  }

  /** What is stored. */
  read(name: string): Configuration {
    return this.#parts.disk.read(name);
  }

  /** A person restarts a connector. */
  restart(name: string): void {
    this.#parts.watch.loadByHand(name);
  }

  #endOf({ from, lasts }: Silence): number {
    return this.#begun + from + lasts;
  }

  #fallSilent({ kind, lasts }: Silence): void {
    this.#parts.simulation.note(`the agent is ${kind} for ${lasts} ms`);
    if (kind === 'stopped') this.#life?.die();
    if (kind === 'stopped') this.#startAfter(lasts);
  }

  #inSilence(kind: Silence['kind']): Silence | undefined {
    const { now } = this.#parts.simulation;
    return this.#scene.silences.find((one) => {
      const end = this.#endOf(one);
      return one.kind === kind && end - one.lasts <= now && now < end;
    });
  }

  #startAfter(ms: number): void {
    const { simulation } = this.#parts;
    simulation.at(simulation.now + ms, () => {
      if (!this.#life) this.#start();
    });
  }

  #start(): void {
    const { simulation } = this.#parts;
    simulation.note('the agent starts');
    // What its absence brought about is over now, which may be sooner than was planned.
    simulation.troubles.push({ at: simulation.now, process: -1, name: 'agent started' });
    this.#parts.watch.starts();
    const life = new Life({
      simulation,
      pausedUntil: () => {
        const pause = this.#inSilence('paused');
        return pause ? this.#endOf(pause) : 0;
      },
      begins: (what) => this.#beginStep(what),
      died: () => {
        simulation.note('the agent is dead');
        this.#life = undefined;
      },
    });
    this.#life = life;
    void runProgram(life, this.#program).catch((error: unknown) => {
      this.#parts.watch.failed(String(error));
    });
  }

  #beginStep(what: string) {
    const { simulation } = this.#parts;
    const step = ++this.#steps;
    const death = this.#scene.deaths.find((one) => one.step === step);
    simulation.note(`agent ${step}: ${what}${death ? ` ⟵ killed ${death.when} it` : ''}`);
    if (!death) return {};
    simulation.troubles.push({ at: simulation.now, process: -1, name: 'agent killed' });
    this.#startAfter(death.down);
    return { dies: death.when };
  }

  #createProgram(): ProgramHost {
    const { disk, watch, simulation, credential, clientIds, names, ...others } = this.#parts;
    const isCutOff = () => this.#inSilence('cut-off') !== undefined;
    const outside = { ...others, simulation, isCutOff, answers: (body: string) => watch.answers(body) };
    return {
      settings: agentSettings({ credential, clientIds, names }, disk),
      files: (life) => this.#filesOf(life),
      line: (life) => hostLine(life, outside),
      readSecret: (life) => readerOf(life, outside),
      loading: (life, name) => this.#loadingOf(life, name),
      ears: watch,
      log: this.#createLog(),
      now: () => simulation.now + this.#scene.ahead,
      newInstance: () => `instance-${++this.#instances}`,
    };
  }

  /** An agent whose clock is wrong, or that hears of a request too late, says so, and does nothing: no run can change that. */
  #createLog(): Log {
    const { simulation } = this.#parts;
    const hear = (event: string) => {
      if (!['clock-skew', 'request-expired'].includes(event)) return;
      simulation.note(`the agent logs ${event}`);
      simulation.troubles.push({ at: simulation.now, process: -1, name: `agent ${event}` });
    };
    return { info: () => undefined, warn: hear, error: hear };
  }

  #filesOf(life: Life): FileDeps {
    const { disk, simulation } = this.#parts;
    return {
      ...realFileDeps,
      now: () => simulation.now,
      sleep: async () => undefined,
      rename: async (from, to) => {
        await life.within();
        disk.stamp(from);
        await rename(from, to);
      },
    };
  }

  #loadingOf(life: Life, name: string): Loading {
    return {
      isConfigured: true,
      isHot: false,
      check: () => life.step(`check restart ${name}`, () => undefined),
      load: () => life.step(`restart ${name}`, () => this.#load(name), this.#scene.restartMs),
    };
  }

  #load(name: string): void {
    const { watch, simulation } = this.#parts;
    const nth = ++this.#restarts;
    const wrong = this.#scene.restarts.find((one) => one.nth <= nth && nth < one.nth + one.times);
    if (wrong) {
      simulation.note(`restart ${nth} ⟵ ${wrong.how}`);
      simulation.troubles.push({ at: simulation.now, process: -1, name: 'agent restart' });
    }
    const isAway = simulation.conditionOf(`connector RESTART /${name}`).fault !== undefined;
    if (wrong || isAway) watch.loadFailed(name);
    // What a restart that went wrong has brought about lasts until the one that takes it back.
    if (watch.isTakingBack(name))
      simulation.troubles.push({ at: simulation.now, process: -1, name: 'agent takes back' });
    if (wrong?.how === 'fails' || isAway) throw new AgentError('restart-failed', 'The restart failed.');
    watch.load(name);
    if (wrong) throw new AgentError('not-ready', 'The connector was not ready.');
  }
}
