import { AgentReply, AgentRequest } from '../../functions/credential/agent-line.ts';
import { type Configuration, type SectionName, sectionIn } from '../../local/stand-ins/connector/configuration.ts';
import type { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import type { Cause, Monitor } from '../monitor.ts';
import type { Process } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import type { Witness } from '../witness.ts';
import type { HostDisk } from './files.ts';
import type { Ears } from './program.ts';

/** What tells that a write was taken back. */
const NOT_LOADED = ['restart-failed', 'not-ready'];

const UNREADABLE = 'it can not be read';

const OURS: readonly SectionName[] = ['designTime', 'runtime', 'machineUsers.anna'];

/** What is watched, and who hears of it. */
export interface Watched {
  readonly simulation: Simulation;
  readonly disk: HostDisk;
  readonly flow: ConnectorEngine;
  readonly monitor: Monitor;
  readonly witness: Witness;
}

/** A request: which process has sent it, what it is about, and of what moment the labels were that the process had read, where that counts. */
interface Asked {
  readonly process: Process;
  readonly configuration: string;
  readonly shown: number | undefined;
}

/** Whose doing the agent's writes are, and what an agent must never do. */
export class AgentWatch implements Ears {
  readonly #watched: Watched;
  readonly #asked = new Map<string, Asked>();
  /** The request that a configuration was written for last. */
  readonly #writtenFor = new Map<string, string>();
  readonly #readAt = new Map<string, number>();
  /** Every ETag of a configuration, oldest first. */
  readonly #etags = new Map<string, string[]>();
  /** What people have written that is not ours. */
  readonly #others = new Map<string, string>();
  /** Configurations that were cut off before they were written last, or would have been by any restart. */
  readonly #wasCutOff = new Set<string>();
  /** Configurations that the agent has put back last. */
  readonly #isBack = new Set<string>();
  /** Configurations of which a restart went wrong since the program has started. */
  readonly #failedLoads = new Set<string>();
  /** Configurations that a person has written last. */
  readonly #byPerson = new Set<string>();

  constructor(watched: Watched & { readonly names: readonly string[] }) {
    this.#watched = watched;
    for (const name of watched.names) this.#others.set(name, othersIn(watched.disk.read(name)));
  }

  /** A run sends a request. */
  asks(process: Process, body: string): void {
    const request = AgentRequest.parse(JSON.parse(body));
    const { configuration } = request;
    const shown = this.#watched.monitor.shownTo(process, configuration);
    this.#asked.set(request.id, { process, configuration, shown });
    if (request.op !== 'write') return;
    process.conduct.sent.push(`agent write /${request.configuration}`);
    process.conduct.touched.add(request.configuration);
    this.#watched.monitor.lookAtPushOf(request.versionId, process.endsAt);
  }

  /** A reply is sent: what it tells was seen when the configuration was read. */
  answers(body: string): void {
    const { id, problem } = AgentReply.parse(JSON.parse(body));
    const { process, configuration } = this.#asked.get(id) ?? {};
    const at = configuration === undefined ? undefined : this.#readAt.get(configuration);
    if (configuration !== undefined && at !== undefined) process?.conduct.looks.set(configuration, at);
    if (configuration === undefined || this.#writtenFor.get(configuration) !== id || !problem) return;
    const isLeft = !this.#isBack.has(configuration) && !this.#byPerson.has(configuration);
    if (NOT_LOADED.includes(problem.code) && isLeft)
      this.#sin(`the agent told that ${configuration} could not be loaded, and left it written`);
  }

  began(configuration: string, request: string): void {
    const isNew = this.#writtenFor.get(configuration) !== request;
    const wasCutOff = () => this.#watched.monitor.isCutOff(configuration) || this.#awaitsRestart(configuration);
    if (isNew) mark(this.#wasCutOff, configuration, wasCutOff());
    this.#writtenFor.set(configuration, request);
  }

  /** The program starts. */
  starts(): void {
    this.#failedLoads.clear();
  }

  /** A restart went wrong. */
  loadFailed(configuration: string): void {
    this.#failedLoads.add(configuration);
  }

  /** Whether what the agent has written last is what was there before. */
  isTakingBack(configuration: string): boolean {
    return this.#isBack.has(configuration);
  }

  /** A program that has started leaves nothing that it has written and the connector has not loaded, unless a restart fails. */
  cameToRest(configuration: string): void {
    if (this.#failedLoads.has(configuration) || this.#byPerson.has(configuration)) return;
    if (this.#isLoaded(configuration)) return;
    this.#sin(`the agent came to rest, and ${configuration} holds what the connector has not loaded`);
  }

  wasRead(configuration: string): void {
    this.#readAt.set(configuration, this.#watched.simulation.now);
  }

  /** A person has written the file. */
  wroteByHand(configuration: string): void {
    this.#byPerson.add(configuration);
    this.#others.set(configuration, othersIn(this.#watched.disk.read(configuration)));
  }

  /** A file is whole after each write, and what is written for a run is current, or on its way. */
  replaced(configuration: string, isBack: boolean): void {
    const { disk, monitor } = this.#watched;
    this.#byPerson.delete(configuration);
    mark(this.#isBack, configuration, isBack);
    this.#noteLate(configuration);
    const torn = this.#tornPartsOf(configuration);
    if (torn) this.#sin(`the agent left ${configuration} torn: ${torn}`);
    if (torn === UNREADABLE) return;
    const asked = this.#askedFor(configuration);
    if (isBack || !asked) return;
    monitor.lookAtWrite(JSON.stringify(disk.read(configuration)), asked.process.startedAt, asked.shown);
  }

  /** An ETag that was given once, and another one after it, never comes back. */
  gaveEtag(configuration: string, etag: string): void {
    const known = this.#etags.get(configuration) ?? [];
    this.#etags.set(configuration, known);
    if (known.at(-1) === etag) return;
    if (known.includes(etag)) this.#sin(`an ETag of ${configuration} came back`);
    known.push(etag);
  }

  /** The connector's process loads what is stored, for whoever has brought it there. */
  load(configuration: string): void {
    const { disk, flow, witness } = this.#watched;
    const load = () => void flow.configure(configuration, disk.read(configuration), 'agent');
    const asker = this.#byPerson.has(configuration) ? undefined : this.#askerOf(configuration);
    const isBack = this.#isBack.has(configuration) && this.#wasCutOff.has(configuration);
    this.#noteLate(configuration);
    if (asker) witness.writes(asker, `agent write /${configuration}`, load, isBack);
    else this.#loadFor({ by: 'person', what: 'a file that was written by hand' }, load);
  }

  /** A person restarts the connector. */
  loadByHand(configuration: string): void {
    const { disk, flow } = this.#watched;
    const load = () => void flow.configure(configuration, disk.read(configuration));
    this.#loadFor({ by: 'person', what: 'a restart by hand' }, load);
  }

  /** The program has ended by itself, which it never does. */
  failed(reason: string): void {
    this.#sin(`the agent ended: ${reason}`);
  }

  #isLoaded(configuration: string): boolean {
    const { disk, flow } = this.#watched;
    const stored = disk.read(configuration);
    return OURS.every(
      (path) => sectionIn(stored, path)?.clientSecret === flow.sectionOf(configuration, path)?.clientSecret,
    );
  }

  /** What a person has written, or what was refused and put back, was not loaded since: any restart would load it. */
  #awaitsRestart(configuration: string): boolean {
    const wasPutBack = this.#isBack.has(configuration) && this.#wasCutOff.has(configuration);
    return (this.#byPerson.has(configuration) || wasPutBack) && !this.#isLoaded(configuration);
  }

  #loadFor(cause: Cause, load: () => void): void {
    const { monitor } = this.#watched;
    const overlapping = monitor.overlapping();
    load();
    monitor.look(cause, overlapping);
  }

  #tornPartsOf(configuration: string): string | undefined {
    try {
      return tornParts(this.#watched.disk.read(configuration), this.#others.get(configuration) ?? '');
    } catch {
      return UNREADABLE;
    }
  }

  /** What is done for a run that has ended, or for a person, no run that is at work has asked for. */
  #noteLate(configuration: string): void {
    if (this.#byPerson.has(configuration) || !this.#askerOf(configuration)?.alive) this.#watched.simulation.disturb();
  }

  #askerOf(configuration: string): Process | undefined {
    return this.#askedFor(configuration)?.process;
  }

  #askedFor(configuration: string): Asked | undefined {
    return this.#asked.get(this.#writtenFor.get(configuration) ?? '');
  }

  #sin(text: string): void {
    this.#watched.monitor.sins.push(text);
    this.#watched.simulation.note(text);
  }
}

function mark(set: Set<string>, value: string, is: boolean): void {
  if (is) set.add(value);
  else set.delete(value);
}

/** What of a file is not as one write leaves it; undefined when it is whole. @param others all that is not ours, as it was before */
function tornParts(configuration: Configuration, others: string): string | undefined {
  const ours = OURS.map((path) => sectionIn(configuration, path));
  if (new Set(ours.map((one) => `${one?.clientId} ${one?.clientSecret}`)).size > 1) return 'its sections differ';
  return othersIn(configuration) === others ? undefined : 'something else was changed';
}

/** All of a configuration that is not ours to write. */
function othersIn(configuration: Configuration): string {
  const rest = structuredClone(configuration);
  for (const path of OURS) Object.assign(sectionIn(rest, path) ?? {}, { clientId: '', clientSecret: '' });
  return JSON.stringify(rest);
}
