import { runDeps, type World } from '../../functions/compose.ts';
import { type FetchInit, restrictFetch } from '../../functions/http/fetch.ts';
import { accessSecrets } from '../../functions/ports/access-secrets.ts';
import { eventBridgeSchedules } from '../../functions/ports/event-bridge-schedules.ts';
import type { OneTime, Schedules as SchedulesPort } from '../../functions/ports/schedules.ts';
import { RotationError } from '../../functions/rotation/errors.ts';
import { type NativeRequest, rotationStep } from '../../functions/rotation/native.ts';
import type { Rotation } from '../../functions/rotation/outcome.ts';
import { type RetireReport, type RetireRequest, retire } from '../../functions/rotation/retire.ts';
import type { RotationRequest } from '../../functions/rotation/run.ts';
import type { Credential } from '../../functions/rotation/settings.ts';
import { rotate } from '../../functions/rotation/workflow.ts';
import { bearerAccess } from '../../local/connector/access.ts';
import { ConnectorEngine } from '../../local/connector/engine.ts';
import { connectorHandler } from '../../local/connector/handler.ts';
import { createSecretsManager, type SecretsManagerEngine } from '../../local/secrets-manager/engine.ts';
import { findSecret } from '../../local/secrets-manager/model.ts';
import type { Handler } from '../../local/serve.ts';
import {
  CONNECTOR_TOKEN,
  configurationOf,
  createIam,
  FIRST_SECRET,
  FUNCTION_TIMEOUT_MS,
  idOf,
  type OverlapOf,
  REALM,
  SECRET_ID,
  seedSecrets,
  TIMING,
} from '../support/parts.ts';
import { createSchedules, schedulerOf, secretsManagerOf } from './aws.ts';
import { type Combination, credentialFor } from './combinations.ts';
import { isWrite } from './faults.ts';
import { httpFailure, nameOf, pretence } from './http.ts';
import { Monitor } from './monitor.ts';
import type { Ending, Process } from './process.ts';
import { Simulation } from './simulation.ts';
import type { Parts } from './snapshot.ts';
import { type Staleness, StaleReads } from './stale.ts';
import { Witness } from './witness.ts';

const START = Date.parse('2026-03-01T03:00:00Z');
const HOUR_MS = 3_600_000;
const FUNCTION_ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:rotate';

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
}

/** The real workflow with its real ports over the embedded parts, on one simulated clock. */
export class Laboratory {
  readonly simulation: Simulation;
  /** A deployment replaces it. */
  credential: Credential;
  readonly parts: Parts;
  readonly monitor: Monitor;
  /** One-time schedules that have not fired yet. */
  readonly planned = new Map<string, OneTime>();
  /** Delivers one that is due. */
  deliver: (oneTime: OneTime) => unknown = () => undefined;
  /** Takes a step that Secrets Manager asks for. */
  takeStep = (request: NativeRequest): Promise<Ending<undefined>> => this.step(request);
  /** Called right before a write to the IAM is carried out. */
  beforeIamWrite: () => void = () => undefined;
  /** By how much the clock of a process is ahead, in milliseconds. */
  skewOf: (process: number) => number;
  readonly #witness: Witness;
  readonly #stale: StaleReads | undefined;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #schedules;
  #drawn = 0;

  constructor({ combination, connectors, adopted, ...options }: LaboratoryOptions) {
    const { settings, overlap = combination.strategy === 'dual-secret', skewMs = 0, staleness } = options;
    this.skewOf = () => skewMs;
    const onChange = () => this.monitor.look();
    this.simulation = new Simulation({ start: START, faults: [], turns: [], onChange });
    const now = () => this.simulation.now;
    const names = Array.from({ length: connectors }, (_, index) => `ifs-${index + 1}`);
    this.credential = credentialFor(combination, names, settings);
    const iam = createIam(now, overlap);
    const flow = new ConnectorEngine({ now, instance: 'laboratory' });
    for (const name of names) flow.configure(name, configurationOf(FIRST_SECRET));
    const secrets = createSecretsManager({
      clock: () => new Date(now()),
      newId: () => this.#newId(),
      newSuffix: () => 'AbCdEf',
      invokeRotation: (_function, { Step, ClientRequestToken }) =>
        this.takeStep({ step: Step, versionId: ClientRequestToken }).then(settle),
    });
    seedSecrets(secrets, this.credential, adopted);
    if (combination.native) register(secrets);
    this.#schedules = createSchedules(() => new Date(now()));
    this.parts = { iam: iam.engine, flow, secrets, names };
    this.monitor = new Monitor(this.parts, this.simulation);
    this.monitor.overlapping = () => this.#overlaps();
    this.#witness = new Witness(this.parts, this.monitor, now);
    this.#stale = staleness && new StaleReads(secrets, staleness);
    this.#handlers = {
      'iam.example.com': iam.handler,
      'flow.example.com': connectorHandler(flow, { access: bearerAccess(CONNECTOR_TOKEN) }),
    };
    this.simulation.now += HOUR_MS;
  }

  /** One run of the workflow, in a process of its own. */
  rotate(request: RotationRequest): Promise<Ending<Rotation>> {
    return this.#spawn(`rotate by ${request.trigger}`, async (world, deps) => {
      if (request.trigger === 'api') await world.schedules.settings(this.credential.id);
      return await rotate(this.credential, request, deps);
    });
  }

  /** One try to end a grace. */
  retire(request: RetireRequest): Promise<Ending<RetireReport>> {
    return this.#spawn('retire', async (world, deps) => {
      await world.schedules.settings(this.credential.id);
      return await retire(this.credential, request, deps);
    });
  }

  /** One of Secrets Manager's own steps. */
  step(request: NativeRequest): Promise<Ending<undefined>> {
    return this.#spawn(request.step, async (world, deps) => {
      await world.schedules.settings(this.credential.id);
      await rotationStep(this.credential, request, deps);
      return undefined;
    });
  }

  /** What RotateSecret is called with. */
  rotateSecretInput() {
    return { SecretId: SECRET_ID, ClientRequestToken: this.#newId() };
  }

  /** Whether two secrets can work at once, as things are. */
  #overlaps(): boolean {
    const { strategy } = this.credential;
    if (strategy === 'alternating-clients') return true;
    return strategy !== 'in-place' && this.parts.iam.realm(REALM).policies.policies.length > 0;
  }

  #spawn<T>(name: string, main: (world: World, deps: Parameters<typeof rotate>[2]) => Promise<T>): Promise<Ending<T>> {
    return this.simulation.spawn(name, FUNCTION_TIMEOUT_MS, async (process) => {
      const world = this.#worldOf(process);
      const remainingMs = () => process.endsAt - this.simulation.now;
      return await main(world, runDeps(this.credential, { prefix: 'csr', timing: TIMING }, { world, remainingMs }));
    });
  }

  /** A cold function's world: every request of it is the process's. */
  #worldOf(process: Process): World {
    const secretsManager = secretsManagerOf(this.parts.secrets, process, {
      stale: this.#stale,
      sends: (name) => this.#witness.sends(process, name),
      writes: (name, write) => this.#witness.writes(process, name, write),
    });
    return {
      secretsManager,
      accessSecrets: accessSecrets(secretsManager),
      schedules: this.#schedulesOf(process),
      fetch: restrictFetch((url, init) => this.#fetch(process, url, init), {
        allowedHosts: Object.keys(this.#handlers),
        local: false,
        timeoutMs: TIMING.httpTimeoutMs,
      }),
      now: () => new Date(this.simulation.now + this.skewOf(process.index)),
      sleep: (ms) => process.sleep(ms),
      newId: () => this.#newId(),
      newSecret: () => `drawn-secret-number-${String(++this.#drawn).padStart(4, '0')}-abcdefghijklmnop`,
    };
  }

  async #fetch(process: Process, url: string, init: FetchInit): Promise<Response> {
    const { hostname, pathname } = new URL(url);
    const system = hostname === 'iam.example.com' ? 'iam' : 'connector';
    const name = nameOf(system, pathname, init);
    if (init.method === 'PATCH') this.monitor.lookAtPush(init.body ?? '', process.endsAt);
    this.#witness.sends(process, name);
    const perform = async () => {
      if (system === 'iam' && isWrite(name)) this.beforeIamWrite();
      const response = await (this.#handlers[hostname] as Handler)(new Request(url, init as RequestInit));
      if (init.method === 'PATCH' && response.ok) this.monitor.lookAtWrite(init.body ?? '');
      return response;
    };
    return await process.io<Response>({
      name,
      timeoutMs: init.timeoutMs,
      perform: () => this.#witness.carriesOut(process, name, perform),
      fail: (answer) => (answer === 'ignored' ? pretence(pathname) : httpFailure(answer, system)),
    });
  }

  #schedulesOf(process: Process): SchedulesPort {
    const client = schedulerOf(this.#schedules, process, (name) => this.#plan(name));
    const port = eventBridgeSchedules(client, {
      context: { prefix: 'csr', local: false },
      group: 'csr',
      onceGroup: 'csr-once',
      roleArn: 'arn:aws:iam::123456789012:role/scheduler',
      deadLetterQueueArn: 'arn:aws:sqs:eu-north-1:123456789012:dead-letters',
      targets: { rotate: 'rotate', retire: 'retire' },
    });
    // The schedule's input is parsed anew at each call, which takes longer than all the rest of a run.
    const settings = async () => {
      const answer = await client
        .send({ constructor: { name: 'GetScheduleCommand' }, input: {} } as never)
        .catch(() => undefined);
      if (answer) return this.credential;
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
    this.simulation.at(at.getTime(), () => this.fire(name));
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
    return idOf(++this.#drawn);
  }
}

/** As the stack does: the function belongs to the secret, and nothing is begun. */
function register(secrets: SecretsManagerEngine): void {
  const rotation = { enabled: true, lambdaArn: FUNCTION_ARN, rules: {}, lastRotatedDate: undefined };
  findSecret(secrets.store, SECRET_ID).rotation = rotation;
}

/** For Secrets Manager a step that died has failed like one that threw. */
function settle(ending: Ending<undefined>): void {
  if (ending.kind === 'threw') throw ending.error;
  if (ending.kind === 'died') throw new Error('the function timed out');
}
