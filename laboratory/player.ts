import { durationMs } from '../functions/credential/duration.ts';
import { isRotationError } from '../functions/credential/errors.ts';
import { NATIVE_STEPS } from '../functions/credential/native-steps.ts';
import type { Rotation } from '../functions/credential/outcome.ts';
import type { OneTime } from '../functions/ports/schedules.ts';
import { isUrgent } from '../functions/rotation/plan/repeat.ts';
import type { RotationRequest } from '../functions/rotation/run/context.ts';
import { rotateSecret } from '../local/stand-ins/secrets-manager/rotation.ts';
import { falseClaims } from './claims.ts';
import { NEW_DIMENSIONS } from './dimensions.ts';
import type { Laboratory } from './laboratory.ts';
import { DESK, SECOND_ID } from './parts.ts';
import type { Ending, Process } from './process.ts';
import { type Parts, snapshot } from './snapshot.ts';
import { type RunRecord, untruths, wordFor } from './truth.ts';

/** Lambda's own repeats of an asynchronous invocation that failed. */
const LAMBDA_PAUSES_MS = [60_000, 120_000] as const;
/** How often a caller of the API, or Secrets Manager, tries again. */
const REPEATS = 2;
const NEXT_ROTATE_SECRET_MS = 300_000;

/** Triggers, with the repeats that are theirs. */
export class Player {
  readonly records: RunRecord[] = [];
  /** When the next scheduled run began, which nobody's repeats belong to. */
  nextRunAt = Number.POSITIVE_INFINITY;
  /** What was not true of reports, at the moment when they were made. */
  readonly untruths: string[] = [];
  readonly #laboratory: Laboratory;
  readonly #judgesReports: boolean;
  #attempt = 0;
  /** How many runs, and calls of RotateSecret that nobody's run has made, have begun. */
  #begun = 0;

  /** @param judgesReports whether every claim of a report is compared with the engines */
  constructor(laboratory: Laboratory, { judgesReports = NEW_DIMENSIONS.includes('reports') } = {}) {
    this.#laboratory = laboratory;
    this.#judgesReports = judgesReports;
    laboratory.deliver = (oneTime) => this.#deliver(oneTime);
    laboratory.takeStep = async (request) => {
      const { ending } = await this.#record(() => laboratory.step(request), { attempt: this.#attempt });
      return ending as Ending<undefined>;
    };
  }

  /** The scheduler's run, planned for now. */
  schedule(): Promise<void> {
    const request: RotationRequest = { trigger: 'schedule', scheduledTime: this.#now() };
    return this.#byLambda(() => this.#laboratory.rotate(request), failedBy(request));
  }

  /** The schedule of the second credential; where there is none, of the first. */
  second(): Promise<void> {
    if (!this.#laboratory.second) return this.schedule();
    const request: RotationRequest = { trigger: 'schedule', scheduledTime: this.#now() };
    return this.#byLambda(() => this.#laboratory.rotate(request, SECOND_ID), failedBy(request), { id: SECOND_ID });
  }

  /** A caller who repeats when told to, and when there was no answer or no end. */
  async api(request: Partial<RotationRequest> = {}): Promise<void> {
    const { simulation } = this.#laboratory;
    for (const name of request.leaveBehind ?? []) this.#laboratory.monitor.leftBehind.add(name);
    for (let repeats = 0; ; repeats++) {
      const begun = simulation.now;
      const record = await this.#record(() => this.#laboratory.rotate({ trigger: 'api', ...request }), {
        asked: request,
      });
      const pause = pauseOf(record, simulation.now - begun, this.#laboratory.timing.leaseMs);
      if (pause === undefined || repeats === REPEATS) return;
      record.repeated = true;
      await simulation.wait(pause);
    }
  }

  /** Secrets Manager's own schedule. What it left behind is taken up again before anything new is begun. */
  async secretsManager(): Promise<void> {
    const { simulation, parts } = this.#laboratory;
    for (let repeats = 0; ; repeats++) {
      await this.#rotateSecret();
      const { pending, current } = snapshot(parts);
      if (pending === undefined || pending === current?.id || repeats === REPEATS) return;
      await simulation.wait(NEXT_ROTATE_SECRET_MS);
    }
  }

  /** The end of a grace, as it is planned: the earliest that waits. */
  async retire(): Promise<void> {
    const name = [...this.#laboratory.planned.values()].find(({ target }) => target === 'retire')?.name;
    if (name !== undefined) await this.#laboratory.fire(name);
  }

  async #rotateSecret(): Promise<void> {
    const { parts } = this.#laboratory;
    const { pending, current } = snapshot(parts);
    const attempt = ++this.#attempt;
    // Not a run, yet its steps are none of a run's own.
    this.#begun += 1;
    if (pending === undefined || pending === current?.id) {
      if (this.#isFull()) return;
      return await parts.secrets.settled();
    }
    for (const step of NATIVE_STEPS) {
      const { ending } = await this.#record(() => this.#laboratory.step({ step, versionId: pending }), { attempt });
      if (ending.kind !== 'returned') return;
    }
  }

  /** Calls RotateSecret. Where the secret has as many versions as it may, Secrets Manager begins nothing. */
  #isFull(): boolean {
    const { parts, simulation } = this.#laboratory;
    try {
      rotateSecret(parts.secrets.store, this.#laboratory.rotateSecretInput());
      return false;
    } catch (error) {
      if ((error as { type?: string }).type !== 'LimitExceededException') throw error;
      simulation.note('RotateSecret is refused: too many versions');
      return true;
    }
  }

  #deliver({ target, event }: OneTime): Promise<void> {
    const { id = (event as Delivered).credential?.id, versionId, attempt, repeat, scheduledTime } = event as Delivered;
    if (target === 'retire') {
      return this.#byLambda(
        () => this.#laboratory.retire({ ...event, versionId, attempt }, id),
        ({ kind }) => kind !== 'returned',
        { id },
      );
    }
    const planned = scheduledTime === undefined ? {} : { scheduledTime: new Date(scheduledTime) };
    const request = { trigger: 'schedule' as const, ...planned, repeat };
    return this.#byLambda(() => this.#laboratory.rotate(request, id), failedBy(request), { id, repeat });
  }

  async #byLambda<T extends RunRecord['ending']>(
    invoke: () => Promise<T>,
    failed: (ending: T) => boolean,
    options: RecordOptions = {},
  ): Promise<void> {
    for (const pause of [...LAMBDA_PAUSES_MS, undefined]) {
      const record = await this.#record(invoke, options);
      if (!failed(record.ending as T) || pause === undefined) return;
      record.repeated = true;
      await this.#laboratory.simulation.wait(pause);
    }
  }

  async #record(
    invoke: () => Promise<RunRecord['ending']>,
    { attempt = ++this.#attempt, repeat, asked = {}, id }: RecordOptions = {},
  ): Promise<RunRecord> {
    const { simulation, second } = this.#laboratory;
    const { parts, credential: subject } = second && id === SECOND_ID ? second : this.#laboratory;
    const [before, startedAt, disturbances] = [snapshot(parts), simulation.now, simulation.disturbances];
    const index = simulation.processes.length;
    const others = simulation.processes.some(({ alive }) => alive);
    const begun = ++this.#begun;
    const ending = await invoke();
    const process = simulation.processes[index] as Process;
    const later = simulation.processes.slice(index + 1);
    const disturbed = others || simulation.disturbances !== disturbances;
    const record: RunRecord = {
      process: index,
      name: process.name,
      credential: subject.id,
      attempt,
      repeat,
      asked,
      startedAt,
      endedAt: simulation.now,
      before,
      after: snapshot(parts),
      undisturbed: !disturbed && later.length === 0,
      undisturbedButForSteps: !disturbed && this.#begun === begun + later.filter(({ name }) => isStep(name)).length,
      ending,
      conduct: process.conduct,
      timedOut: process.timedOut,
      aheadMs: this.#laboratory.skewOf(index),
      graceMs: durationMs(subject.grace),
      readStale: this.#laboratory.readsStale,
      nodeLags: this.#laboratory.lagMs > 0,
      isMisled: this.#laboratory.monitor.isLiedAbout(`${DESK} runtime`),
      goesOn: this.#goesOn(parts, process),
      repeated: false,
    };
    this.records.push(record);
    this.untruths.push(...untruths(parts, record));
    if (this.#judgesReports) this.untruths.push(...falseClaims(parts, record));
    simulation.note(`ends: ${wordFor(record)}${detailOf(ending)}`, index);
    return record;
  }

  /** Whether a run is planned that goes on from here; or was, when this one asked for it among its last acts, and has begun meanwhile. */
  #goesOn({ subject }: Parts, process: Process): boolean {
    const { credential, second, planned, asked } = this.#laboratory;
    const id = subject && second ? second.credential.id : credential.id;
    const target = process.name === 'retire' ? 'retire' : 'rotate';
    const own = (asked.get(process) ?? [])
      .filter(({ point }, index, all) => point === process.points - (all.length - 1 - index))
      .map(({ oneTime }) => oneTime);
    return [...planned.values(), ...own].some((one) => one.target === target && one.name.startsWith(`${id}.`));
  }

  #now(): Date {
    return new Date(this.#laboratory.simulation.now);
  }
}

interface RecordOptions {
  readonly attempt?: number;
  readonly asked?: RunRecord['asked'];
  readonly repeat?: RotationRequest['repeat'];
  readonly id?: string | undefined;
}

interface Delivered {
  readonly id?: string;
  readonly credential?: { readonly id: string };
  readonly versionId: string;
  readonly attempt: number;
  readonly repeat: NonNullable<RotationRequest['repeat']>;
  readonly scheduledTime?: string;
}

function isStep(name: string): boolean {
  return (NATIVE_STEPS as readonly string[]).includes(name);
}

/** As the function's handler decides it. */
function failedBy(request: RotationRequest): (ending: Ending<Rotation>) => boolean {
  return (ending) => ending.kind !== 'returned' || isUrgent(ending.value, request);
}

/** @param tookMs how long the call took */
function pauseOf(record: RunRecord, tookMs: number, leaseMs: number): number | undefined {
  const { ending } = record;
  if (ending.kind === 'threw' && isRotationError(ending.error) && ending.error.retryAfter !== undefined) {
    return ending.error.retryAfter * 1000;
  }
  const word = wordFor(record);
  return word === 'died' || word === 'interrupted' ? Math.max(0, leaseMs - tookMs) : undefined;
}

function detailOf(ending: RunRecord['ending']): string {
  if (ending.kind === 'threw') return isRotationError(ending.error) ? '' : `: ${String(ending.error)}`;
  const value = ending.kind === 'returned' ? ending.value : undefined;
  return value && 'failure' in value && value.failure ? ` (${value.failure.code}: ${value.failure.detail})` : '';
}
