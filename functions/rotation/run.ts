import type { Connector } from '../ports/connector.ts';
import type { Iam } from '../ports/iam.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Projection, TokenEndpoint } from '../ports/token-endpoint.ts';
import { RotationError } from './errors.ts';
import type { ConnectorReport, Outcome, Rotation, Strategy, Trigger } from './outcome.ts';
import type { Credential } from './settings.ts';

/** The neighbours of one credential. */
export interface Ports {
  readonly store: SecretStore;
  readonly iam: Iam;
  readonly tokens: TokenEndpoint;
  /** Absent when the settings have no `serviceUri`. */
  readonly projection?: Projection;
  readonly connectors: readonly Connector[];
  readonly schedules: Pick<Schedules, 'plan'>;
}

/** Everything else that is not a pure function. */
export interface Runtime {
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** A new client secret: 256 bits of a CSPRNG, base64url. */
  newSecret(): string;
  /** An id that no other run has. */
  newId(): string;
  /** Milliseconds until the function is ended. */
  remainingMs(): number;
}

/** How long things may take, in milliseconds. */
export interface Timing {
  /** How long a pending version belongs to a run that may be alive: function time-out + HTTP time-out. */
  readonly leaseMs: number;
  readonly httpTimeoutMs: number;
  /** What is always kept back for an undo. */
  readonly undoReserveMs: number;
}

/** What was asked for. */
export interface RotationRequest {
  readonly trigger: Trigger;
  /** With `schedule`: the time that this run was planned for. */
  readonly scheduledTime?: Date;
  readonly reason?: string;
  /** With `api`: who called, as AWS names the principal. */
  readonly requestedBy?: string;
  /** Rotates in spite of a freeze. */
  readonly force?: boolean;
  /** A repeat that a `stored-not-applied` planned: it only goes on pushing that version, and begins nothing. */
  readonly repeat?: { readonly versionId: string; readonly attempt: number };
  /** Goes back to the previous document instead of making a new secret. */
  readonly rollback?: boolean;
}

/** One run and what it has done so far. Nothing here is needed by the next run: it observes for itself. */
export interface Run {
  readonly credential: Credential;
  readonly request: RotationRequest;
  readonly ports: Ports;
  readonly runtime: Runtime;
  readonly timing: Timing;
  readonly startedAt: Date;
  readonly steps: { name: string; ms: number }[];
  /** What this run put, by version id: whether a pending version is its own. */
  readonly puts: Map<string, string>;
  /** Sections written so far, by connector. */
  readonly written: Map<string, number>;
  readonly skipped: Map<string, number>;
  /** Connectors to which a write was sent, answered or not. */
  readonly touched: Set<string>;
  /** Those of them that did not answer: the write may still be carried out. */
  readonly unansweredBy: Set<string>;
  /** At the first look there was no change of the secret within the last lease, and since then none but this run's own. */
  quiet?: boolean;
  /** AWSCURRENT, as this run saw it first or has moved it since. */
  currentId?: string | undefined;
  /** Every version that this run saw at its first look. */
  seenIds?: ReadonlySet<string>;
  /** The run has changed something, or may have: a version, a label, the IAM's client or a connector. */
  changed: boolean;
  /** A version of this run may be labelled AWSPENDING. */
  journaled: boolean;
  /** The run removed a pending version that another run had put. */
  clearedForeign: boolean;
  /** A write to the IAM was sent and not answered: it may still be carried out. */
  unanswered: boolean;
  /** A begun or resumed rotation. */
  rotationId?: string;
  strategy?: Strategy;
  /** What the run has achieved, when it comes to rest. */
  achieved?: Outcome;
  /** The run has moved AWSCURRENT: it begins no other rotation. */
  promoted: boolean;
  /** A secret that a person saw was adopted: it is to be renewed, due or not. */
  renewAdopted: boolean;
  previousValidUntil?: Date;
  projection?: Rotation['projection'];
}

/** A fresh run. */
export function beginRun(
  credential: Credential,
  request: RotationRequest,
  deps: { ports: Ports; runtime: Runtime; timing: Timing },
): Run {
  return {
    credential,
    request,
    ...deps,
    startedAt: deps.runtime.now(),
    steps: [],
    puts: new Map(),
    written: new Map(),
    skipped: new Map(),
    touched: new Set(),
    unansweredBy: new Set(),
    changed: false,
    journaled: false,
    clearedForeign: false,
    unanswered: false,
    promoted: false,
    renewAdopted: false,
  };
}

/** Does something and notes how long it took, also when it fails. Steps of one name add up. */
export async function step<T>(run: Run, name: string, act: () => Promise<T>): Promise<T> {
  const begin = run.runtime.now().getTime();
  try {
    return await act();
  } finally {
    const ms = run.runtime.now().getTime() - begin;
    const known = run.steps.find((one) => one.name === name);
    if (known) known.ms += ms;
    else run.steps.push({ name, ms });
  }
}

/**
 * Milliseconds for which something that was created at an instant may belong to a run that is alive. An instant further in the
 * future than a lease is a clock's fault, and no reason to wait for ever.
 */
export function leaseLeft(run: Run, createdAt: Date): number {
  const age = run.runtime.now().getTime() - createdAt.getTime();
  return age < -run.timing.leaseMs ? 0 : Math.max(0, run.timing.leaseMs - age);
}

/** @throws {RotationError} `out-of-time` when what remains is needed for an undo */
export function assertTime(run: Run): void {
  if (run.runtime.remainingMs() < run.timing.undoReserveMs) {
    throw new RotationError(
      'out-of-time',
      'Too little of the time-out is left to go on; the rest is kept for the undo',
    );
  }
}

/** The run's report, as it ended. */
export function report(run: Run, ending: { outcome: Outcome } & Partial<Rotation>): Rotation {
  const endedAt = run.runtime.now();
  const { reason, requestedBy, trigger } = run.request;
  return {
    rotationId: run.rotationId ?? null,
    credential: run.credential.id,
    trigger,
    strategy: run.strategy ?? null,
    ...(reason === undefined ? {} : { reason }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
    startedAt: run.startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    durationMs: endedAt.getTime() - run.startedAt.getTime(),
    steps: run.steps,
    previousValidUntil: run.previousValidUntil?.toISOString() ?? null,
    connectors: connectorReports(run),
    ...(run.projection ? { projection: run.projection } : {}),
    ...ending,
  };
}

function connectorReports(run: Run): ConnectorReport[] {
  return run.ports.connectors.map(({ name }) => ({
    name,
    sectionsWritten: run.written.get(name) ?? 0,
    sectionsSkipped: run.skipped.get(name) ?? 0,
  }));
}
