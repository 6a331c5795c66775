import { eventBridgeSchedules } from '../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { type FetchInit, restrictFetch, sentInClear } from '../functions/adapters/http/fetch.ts';
import { accessSecrets } from '../functions/adapters/secrets-manager/access-secrets.ts';
import { secretsManagerInbox } from '../functions/adapters/secrets-manager/inbox.ts';
import type { AuditReport } from '../functions/audit/audit.ts';
import { RotationError } from '../functions/credential/errors.ts';
import type { NativeRequest } from '../functions/credential/native-steps.ts';
import type { RetireReport, Rotation } from '../functions/credential/outcome.ts';
import type { Plan } from '../functions/credential/plan.ts';
import { retireEvent } from '../functions/credential/published/retired.ts';
import { rotationEvent } from '../functions/credential/published/rotation-ended.ts';
import { Secret } from '../functions/credential/secret/secret.ts';
import { type Credential, secretMaker } from '../functions/credential/settings/credential.ts';
import { runDeps } from '../functions/lambda/compose/run-deps.ts';
import type { World } from '../functions/lambda/compose/runs.ts';
import type { OneTime, Schedules as SchedulesPort } from '../functions/ports/schedules.ts';
import { dryRun } from '../functions/rotation/dry-run.ts';
import { rotationStep } from '../functions/rotation/native.ts';
import { type RetireRequest, retire } from '../functions/rotation/retire.ts';
import type { Decided, RotationRequest } from '../functions/rotation/run/context.ts';
import { rotate } from '../functions/rotation/workflow.ts';
import { createSecret } from '../local/stand-ins/secrets-manager/lifecycle.ts';
import type { Handler } from '../local/stand-ins/serve.ts';
import { MemoryLedger } from '../local/stand-ins/table/ledger.ts';
import { MemoryTasks } from '../local/stand-ins/table/tasks.ts';
import type { AgentHost } from './agents/host.ts';
import { LINE_TIMING } from './agents/settings.ts';
import { AgentDisk, AgentSide } from './agents/side.ts';
import { createSchedules, schedulerOf, secretsManagerOf } from './aws.ts';
import { Bus } from './bus.ts';
import { byHand, type Combination, credentialFor, needsOverlap } from './combinations.ts';
import { createEngines, register } from './engines.ts';
import { isWrite } from './faults.ts';
import { httpFailure, nameOf, pretence } from './http.ts';
import { Monitor } from './monitor.ts';
import { LaggingNode } from './nodes.ts';
import {
  DESK,
  FUNCTION_TIMEOUT_MS,
  INBOX_ID,
  idOf,
  type OverlapOf,
  REALM,
  SECOND_CLIENT_ID,
  SECOND_ID,
  SECRET_ID,
  seedSecrets,
  TIMING,
} from './parts.ts';
import { Person } from './person.ts';
import { ATTENDED, type Ending, type Process } from './process.ts';
import { Simulation } from './simulation.ts';
import { type Parts, SECOND } from './snapshot.ts';
import { type Staleness, StaleReads } from './stale.ts';
import { tasksOf } from './table.ts';
import { Witness } from './witness.ts';

const START = Date.parse('2026-03-01T03:00:00Z');
const HOUR_MS = 3_600_000;

/** How a laboratory begins. */
export interface LaboratoryOptions {
  readonly combination: Combination;
  readonly connectors: number;
  readonly adopted: boolean;
  /** Settings that differ from those of the combination. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the realm's policy keeps previous secrets. @default only with `dual-secret` */
  readonly overlap?: OverlapOf;
  /** By how much the clock of every function is ahead, in milliseconds. @default 0 */
  readonly skewMs?: number;
  /** @default - every read is answered with what there is */
  readonly staleness?: Staleness | undefined;
  /** Whether there is a second credential in the same configurations. @default false */
  readonly second?: boolean;
  /** Drawn ids begin with the same eight characters. @default false */
  readonly sharedIds?: boolean;
}

/** A second credential, seen by itself. */
export interface Second {
  readonly credential: Credential;
  readonly parts: Parts;
  readonly monitor: Monitor;
}

/** The real workflow with its real ports over the embedded parts, on one simulated clock. */
export class Laboratory {
  readonly simulation: Simulation;
  /** A deployment replaces it. */
  credential: Credential;
  readonly parts: Parts;
  readonly monitor: Monitor;
  readonly second: Second | undefined;
  /** Whoever refreshes, submits and enters secrets, where that is left to a person. */
  readonly person: Person;
  /** One-time schedules that have not fired yet. */
  readonly planned = new Map<string, OneTime>();
  /** Which of these each process has asked for, fired or not, made by it or there already; and with which of its requests. */
  readonly asked = new WeakMap<Process, { readonly oneTime: OneTime; readonly point: number }[]>();
  /** Delivers one that is due. */
  deliver: (oneTime: OneTime) => unknown = () => undefined;
  /** Takes a step that Secrets Manager asks for. */
  takeStep = (request: NativeRequest): Promise<Ending<undefined>> => this.step(request);
  /** Called where a connector stores something else than it was given. */
  distort: (connector: string) => void = () => undefined;
  /** Told of each action that a run has decided on. */
  decided: (action: Decided) => void = () => undefined;
  /** Called right before a write to the IAM is carried out. */
  beforeIamWrite: () => void = () => undefined;
  /** By how much the clock of a process is ahead, in milliseconds. */
  skewOf: (process: number) => number;
  readonly #witness: Witness;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #schedules;
  readonly #sharedIds: boolean;
  readonly bus = new Bus();
  /** How long functions may run, and how long a pending version belongs to a run. */
  readonly timing: { readonly functionTimeoutMs: number; readonly leaseMs: number };
  /** What is between runs and agents, where some connectors are reached by one. */
  readonly #side: AgentSide | undefined;
  readonly #disk: AgentDisk | undefined;
  readonly #tasks = new Map<string, MemoryTasks>();
  #stale: StaleReads | undefined;
  #node: LaggingNode | undefined;
  /** How far the second node of the IAM lags behind, in milliseconds; 0 without one. */
  lagMs = 0;
  /** For so many milliseconds after our first write to a configuration, others write it as well. */
  crowdMs = 0;
  readonly #crowdedUntil = new Map<string, number>();
  #drawn = 0;

  constructor({ combination, connectors, adopted, ...options }: LaboratoryOptions) {
    const { settings, overlap = combination.strategy === 'dual-secret', skewMs = 0, second = false } = options;
    this.skewOf = () => skewMs;
    this.#sharedIds = options.sharedIds ?? false;
    this.timing = combination.line ? BY_AGENT_TIMING : USUAL_TIMING;
    this.simulation = new Simulation({ start: START, faults: [], turns: [], onChange: () => this.#look() });
    const now = () => this.simulation.now;
    const names = Array.from({ length: connectors }, (_, index) => `ifs-${index + 1}`);
    this.credential = credentialFor(combination, names, settings);
    const places = combination.desk ? [...names, DESK] : names;
    const tasks = byHand(combination) ? this.tasksOf(this.credential.id) : undefined;
    const takeStep = ({ Step, ClientRequestToken }: { Step: NativeRequest['step']; ClientRequestToken: string }) =>
      this.takeStep({ step: Step, versionId: ClientRequestToken }).then(settle);
    const engines = createEngines({ now, names: places, tasks, overlap, second, newId: () => this.#newId(), takeStep });
    this.#handlers = engines.handlers;
    this.#disk = combination.line ? new AgentDisk(names.slice(0, combination.line), now) : undefined;
    this.parts = { ...engines.parts, ...(this.#disk && { files: this.#disk }) };
    const { secrets } = this.parts;
    seedSecrets(secrets, this.credential, adopted);
    if (this.credential.iam.type === 'manual')
      createSecret(secrets.store, { Name: INBOX_ID, ClientRequestToken: idOf(0) });
    if (combination.native) register(secrets.store);
    this.#schedules = createSchedules(() => new Date(now()));
    this.monitor = this.#monitorOf(this.parts, this.credential);
    this.person = new Person(this);
    if (combination.desk && adopted) this.person.acknowledge();
    this.monitor.isLiedAbout = (place) => this.person.isLiedAbout(place);
    this.second = second ? this.#createSecond(combination, names, settings) : undefined;
    this.#witness = new Witness([this.monitor, ...(this.second ? [this.second.monitor] : [])], now);
    this.#side = this.#disk && this.#createSide(this.#disk);
    if (options.staleness) this.readStale(options.staleness);
    this.simulation.now += HOUR_MS;
  }

  /** The agent that some connectors are reached by. */
  get agent(): AgentHost | undefined {
    return this.#side?.host;
  }

  #createSide(disk: AgentDisk): AgentSide {
    const { credential, parts, monitor, simulation } = this;
    const { id, clientId } = credential;
    const storeFor = (secretId: string) => this.#stale?.storeFor(secretId) ?? parts.secrets.store;
    const watched = { simulation, disk, flow: parts.flow, monitor, witness: this.#witness };
    return new AgentSide({ ...watched, credential: id, clientIds: [clientId].flat(), storeFor });
  }

  /** Called once when nothing is played any more. */
  async end(): Promise<void> {
    await this.#disk?.remove();
  }

  /** Whether Secrets Manager may answer from before the latest changes. */
  get readsStale(): boolean {
    return this.#stale !== undefined;
  }

  /** From here on reads of the secret lag behind. */
  readStale(staleness: Staleness): void {
    this.#stale = new StaleReads(this.parts.secrets, staleness);
    this.#stale.remember();
  }

  /** From here on the IAM has a second node. */
  addNode(lagMs: number): void {
    this.lagMs = lagMs;
    this.#node = new LaggingNode(this.parts.iam, { simulation: this.simulation, lagMs });
  }

  /** Called after each change of the IAM's clients. */
  iamChanged(): void {
    this.#node?.replicate();
  }

  /** From here on nothing goes wrong, no clock is wrong, and everything is read as it is. */
  calm(): void {
    this.simulation.calm();
    this.agent?.calm();
    this.#stale = undefined;
    this.#node = undefined;
    this.skewOf = () => 0;
    this.crowdMs = 0;
  }

  /** Another section of the configuration is written: ours stay as they are, and the ETag changes. */
  #crowd(name: string): void {
    const { flow } = this.parts;
    if (this.crowdMs === 0 || !flow.names.includes(name)) return;
    const until = this.#crowdedUntil.get(name) ?? this.simulation.now + this.crowdMs;
    this.#crowdedUntil.set(name, until);
    if (this.simulation.now < until) flow.restore(name, flow.backup(name), 'others');
  }

  #look(): void {
    this.monitor.look();
    this.second?.monitor.look();
  }

  #monitorOf(parts: Parts, credential: Credential): Monitor {
    const monitor = new Monitor(parts, this.simulation);
    monitor.overlapping = () => this.#overlaps(credential, monitor);
    monitor.takesBack = secretMaker(credential) === 'rotator' && !needsOverlap(credential);
    return monitor;
  }

  #createSecond(combination: Combination, names: readonly string[], settings: object = {}): Second {
    // Two clients of its own would only be more of the same.
    const strategy = combination.strategy === 'alternating-clients' ? 'in-place' : combination.strategy;
    const named = strategy === combination.strategy ? {} : { strategy };
    const own = { id: SECOND_ID, clientId: SECOND_CLIENT_ID, native: false, ...named };
    const credential = credentialFor({ ...combination, strategy }, names, { ...settings, ...own });
    const parts = { ...this.parts, subject: SECOND };
    return { credential, parts, monitor: this.#monitorOf(parts, credential) };
  }

  /** One run of the workflow, in a process of its own. */
  rotate(request: RotationRequest, id = this.credential.id): Promise<Ending<Rotation>> {
    return this.#spawn(
      `rotate by ${request.trigger}${request.attended ? ATTENDED : ''}${id === SECOND_ID ? ' of the second' : ''}`,
      async (world, deps) => {
        const credential = this.credentialOf(id);
        if (request.trigger === 'api') await world.schedules.settings(id);
        const rotation = await rotate(credential, request, {
          ...deps(credential),
          decided: (action) => this.decided(action),
        });
        this.bus.take(rotationEvent(rotation));
        return rotation;
      },
    );
  }

  /** What a rotation would do now. */
  plan(request: RotationRequest): Promise<Ending<Plan>> {
    return this.#spawn('dry run', async (world, deps) => {
      const credential = await world.schedules.settings(this.credential.id);
      return await dryRun(credential, request, deps(credential));
    });
  }

  /** One try to end a grace. */
  retire(request: RetireRequest, id = this.credential.id): Promise<Ending<RetireReport>> {
    return this.#spawn('retire', async (world, deps) => {
      const credential = await world.schedules.settings(id);
      const report = await retire(credential, request, deps(credential));
      this.bus.take(retireEvent(report, world.now()));
      return report;
    });
  }

  /** One audit, in a process of its own. */
  audit(main: (world: World, depsFor: DepsFor) => Promise<AuditReport>): Promise<Ending<AuditReport>> {
    return this.#spawn('audit', main);
  }

  /** One of Secrets Manager's own steps. */
  step(request: NativeRequest): Promise<Ending<undefined>> {
    return this.#spawn(request.step, async (world, deps) => {
      const credential = await world.schedules.settings(this.credential.id);
      await rotationStep(credential, request, deps(credential));
      return undefined;
    });
  }

  /** What RotateSecret is called with. */
  rotateSecretInput() {
    return { SecretId: SECRET_ID, ClientRequestToken: this.#newId() };
  }

  /** The tasks of one of the two credentials. */
  tasksOf(id: string): MemoryTasks {
    const known = this.#tasks.get(id) ?? new MemoryTasks();
    this.#tasks.set(id, known);
    return known;
  }

  /** The settings of one of the two credentials. */
  credentialOf(id: string): Credential {
    return id === this.second?.credential.id ? this.second.credential : this.credential;
  }

  /** Whether two secrets of a credential can work at once, as things are. */
  #overlaps({ strategy }: Credential, { adopts }: Monitor): boolean {
    // What a person has made is adopted for the client in use: the other one has no part in it.
    if (strategy === 'alternating-clients' && !adopts) return true;
    return strategy !== 'in-place' && this.parts.iam.realm(REALM).policies.policies.length > 0;
  }

  #spawn<T>(name: string, main: (world: World, depsFor: DepsFor) => Promise<T>): Promise<Ending<T>> {
    return this.simulation.spawn(name, this.timing.functionTimeoutMs, async (process) => {
      const world = this.#worldOf(process);
      const remainingMs = () => process.endsAt - this.simulation.now;
      const deployment = {
        prefix: 'csr',
        timing: { ...TIMING, leaseMs: this.timing.functionTimeoutMs + TIMING.httpTimeoutMs },
      };
      return await main(world, (credential) => runDeps(credential, deployment, { world, remainingMs }));
    });
  }

  /** A cold function's world: every request of it is the process's. */
  #worldOf(process: Process): World {
    const secretsManager = secretsManagerOf(this.parts.secrets, process, {
      stale: this.#stale,
      sends: (name) => this.#witness.sends(process, name),
      reads: (name) => this.#witness.reads(process, name, this.#stale?.ageMs ?? 0),
      writes: (name, write) => this.#witness.writes(process, name, write),
      full: (name) => this.simulation.troubles.push({ at: this.simulation.now, process: process.index, name }),
    });
    return {
      secretsManager,
      accessSecrets,
      schedules: this.#schedulesOf(process),
      tasks: (id, tryMs) => tasksOf(this.tasksOf(id), process, { now: () => this.simulation.now, tryMs }),
      ledger: () => new MemoryLedger(),
      inboxes: (id, client, patience) => secretsManagerInbox(client, `csr-inbox/${id}`, patience),
      events: this.bus.seenBy(process),
      queues: this.#side?.queuesOf(process) ?? NO_QUEUES,
      signer: NO_SIGNER,
      fetch: restrictFetch((url, init) => this.#fetch(process, url, init), {
        allowedHosts: Object.keys(this.#handlers),
        local: false,
        timeoutMs: TIMING.httpTimeoutMs,
      }),
      now: () => new Date(this.simulation.now + this.skewOf(process.index)),
      sleep: (ms) => process.sleep(ms),
      newId: () => this.#newId(),
      newSecret: () => new Secret(`drawn-secret-number-${String(++this.#drawn).padStart(4, '0')}-abcdefghijklmnop`),
    };
  }

  async #fetch(process: Process, url: string, init: FetchInit): Promise<Response> {
    const { hostname, pathname } = new URL(url);
    const system = hostname === 'iam.example.com' ? 'iam' : 'connector';
    const sent = sentInClear(init);
    const name = nameOf(system, pathname, sent);
    const about = sent.body?.includes(SECOND_CLIENT_ID) && this.second ? this.second.monitor : this.monitor;
    if (init.method === 'PATCH') about.lookAtPush(sent.body ?? '', process.endsAt);
    this.#witness.sends(process, name);
    const perform = async () => {
      const writes = system === 'iam' && isWrite(name);
      if (writes) this.beforeIamWrite();
      if (init.method === 'PATCH') this.#crowd(pathname.split('/').at(-1) ?? '');
      const lags = system === 'iam' && !writes && this.#node?.takesNext();
      const handler = lags ? this.#node?.handler : this.#handlers[hostname];
      if (writes) about.lookAtSecret(pathname.split('/').at(-1) ?? '', sent.body ?? '');
      const response = await (handler as Handler)(new Request(url, sent));
      if (writes) this.iamChanged();
      if (init.method === 'PATCH' && response.ok)
        about.lookAtWrite(sent.body ?? '', process.startedAt, about.shownTo(process, pathname));
      return response;
    };
    return await process.io<Response>({
      name,
      timeoutMs: init.timeoutMs,
      perform: () => this.#witness.carriesOut(process, name, perform),
      fail: (answer) => {
        if (answer === 'distorted') this.distort(pathname.split('/').at(-1) ?? '');
        return answer === 'ignored' || answer === 'distorted' ? pretence(pathname) : httpFailure(answer, system);
      },
    });
  }

  #schedulesOf(process: Process): SchedulesPort {
    const client = schedulerOf(this.#schedules, process, {
      created: (name) => this.#plan(name),
      asked: (name) => this.#ask(process, name),
      deleted: (name) => this.planned.delete(name),
    });
    const port = eventBridgeSchedules(client, {
      context: { prefix: 'csr', local: false },
      group: 'csr',
      onceGroup: 'csr-once',
      roleArn: 'arn:aws:iam::123456789012:role/scheduler',
      deadLetterQueueArn: 'arn:aws:sqs:eu-north-1:123456789012:dead-letters',
      targets: { rotate: 'rotate', retire: 'retire' },
    });
    // The schedule's input is parsed anew at each call, which takes longer than all the rest of a run.
    const settings = async (id: string) => {
      const answer = await client
        .send({ constructor: { name: 'GetScheduleCommand' }, input: {} } as never)
        .catch(() => undefined);
      if (answer) return this.credentialOf(id);
      throw new RotationError('schedule-unavailable', 'EventBridge Scheduler does not answer');
    };
    return { ...port, settings };
  }

  #plan(name: string): void {
    const { Target, ScheduleExpression } = this.#schedules.find(name, 'csr-once');
    const at = new Date(`${ScheduleExpression.slice(3, -1)}Z`);
    const oneTime: OneTime = {
      name,
      at,
      target: Target.Arn as OneTime['target'],
      event: JSON.parse(Target.Input ?? '{}'),
    };
    this.planned.set(name, oneTime);
    this.simulation.at(at.getTime(), () => this.planned.get(name) === oneTime && this.fire(name));
  }

  #ask(process: Process, name: string): void {
    const oneTime = this.planned.get(name);
    if (oneTime) this.asked.set(process, [...(this.asked.get(process) ?? []), { oneTime, point: process.points }]);
  }

  /** Fires a one-time schedule, unless it has fired. */
  fire(name: string): unknown {
    const oneTime = this.planned.get(name);
    if (!oneTime) return undefined;
    this.planned.delete(name);
    this.#schedules.delete({ name, GroupName: 'csr-once' });
    this.simulation.note(`schedule ${name} fires`);
    return this.deliver(oneTime);
  }

  #newId(): string {
    const id = idOf(++this.#drawn);
    return this.#sharedIds ? `00000000${id.slice(8)}` : id;
  }
}

type DepsFor = (credential: Credential) => Parameters<typeof rotate>[2];

/** No connector is reached by an agent. */
/** The rotators of the laboratory have a secret. */
const NO_SIGNER: World['signer'] = () => ({ sign: () => Promise.reject(new Error('Nothing is signed here')) });

const NO_QUEUES: World['queues'] = {
  client: {
    send: async () => {
      throw new Error('nothing is sent to an agent');
    },
  } as unknown as World['queues']['client'],
  urlOf: (name) => name,
};

const USUAL_TIMING = { functionTimeoutMs: FUNCTION_TIMEOUT_MS, leaseMs: TIMING.leaseMs };

/** As synth asks for it; and as the functions compute how late a write may be. */
const BY_AGENT_TIMING = {
  functionTimeoutMs: LINE_TIMING.functionTimeoutMs,
  leaseMs: LINE_TIMING.functionTimeoutMs + TIMING.httpTimeoutMs + LINE_TIMING.lateMs,
};

/** For Secrets Manager a step that died has failed like one that threw. */
function settle(ending: Ending<undefined>): void {
  if (ending.kind === 'threw') throw ending.error;
  if (ending.kind === 'died') throw new Error('the function timed out');
}
