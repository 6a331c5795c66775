import type { Connector } from '../ports/connector.ts';
import type { Iam } from '../ports/iam.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Projection, TokenEndpoint } from '../ports/token-endpoint.ts';
import { Budget } from './budget.ts';
import { RotationError } from './errors.ts';
import { Ledger } from './ledger.ts';
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
}

/** What a run is given besides its credential and what was asked for. */
export interface RunDeps {
  readonly ports: Ports;
  readonly runtime: Runtime;
  readonly timing: Timing;
  /** Measures what the ports do. @default one that nothing is measured with */
  readonly budget?: Budget;
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
  /** A run that an earlier one has planned, because something was left to do. */
  readonly repeat?: Repeat;
  /** Names of connectors that are left with what they hold: they can't be given the new secret, and must not keep a leaked one alive. */
  readonly leaveBehind?: readonly string[];
  /** Goes back to the previous document instead of making a new secret. */
  readonly rollback?: boolean;
}

/** What an earlier run left to its repeat. */
interface Repeat {
  /** From 1. */
  readonly attempt: number;
  /** The rotation that was due has not been carried out and may be begun. Without it a repeat finishes, and begins nothing. */
  readonly due: boolean;
}

/** One run and what it has done so far. Nothing here is needed by the next run: it observes for itself. */
export interface Run {
  readonly credential: Credential;
  readonly request: RotationRequest;
  readonly ports: Ports;
  readonly runtime: Runtime;
  readonly timing: Timing;
  readonly budget: Budget;
  readonly ledger: Ledger;
  readonly startedAt: Date;
  readonly steps: { name: string; ms: number }[];
  /** What this run put, by version id: whether a pending version is its own. */
  readonly puts: Map<string, string>;
  /** Versions of which Secrets Manager has said that they are there: a list without one of them is stale. */
  readonly confirmed: Set<string>;
  /** Versions that were seen with a label: a list without one of them is stale. */
  readonly shown: Set<string>;
  /** Versions that were seen in AWSCURRENT, one after the other. It never goes back: a list that shows a former one there is stale. */
  readonly currents: string[];
  /** Where this run has taken a label from last: a list that shows it there is stale. */
  readonly movedFrom: Map<string, string>;
  /** Sections written so far, by connector. */
  readonly written: Map<string, number>;
  readonly skipped: Map<string, number>;
  /** Connectors to which a write was sent, answered or not. */
  readonly touched: Set<string>;
  /** Those of them that did not answer: the write may still be carried out. */
  readonly unansweredBy: Set<string>;
  /** Connectors that have stored something else than they were given, and than they had. */
  readonly distorted: Set<string>;
  /** At the first look there was no change of the secret within the last lease, and since then none but this run's own. */
  quiet?: boolean;
  /** AWSCURRENT, as this run saw it first or has moved it since. */
  currentId?: string | undefined;
  /** Every version that this run saw at its first look. */
  seenIds?: ReadonlySet<string>;
  /**
   * A version carried AWSPENDING when the labels were read last, or may carry it by this run's doing; undefined before the labels
   * were read.
   */
  pendingStands?: boolean | undefined;
  /** The run removed a pending version that another run had put. */
  clearedForeign: boolean;
  /** A write to the IAM was sent and not answered: it may still be carried out. */
  unanswered: boolean;
  /** What became of the write to the IAM that replaces the secret in use: never sent or refused for certain, or else. */
  renewed: 'no' | 'in-doubt' | 'answered';
  /** A begun or resumed rotation. */
  rotationId?: string;
  strategy?: Strategy;
  /** What the run has achieved, when it comes to rest. */
  achieved?: Outcome;
  /** Everything was seen to be at rest, and nothing was begun since. */
  atRest: boolean;
  /** The rotation was handed over to Secrets Manager: this run begins no other one. */
  handedOver: boolean;
  /** The run has moved AWSCURRENT: it begins no other rotation. */
  promoted: boolean;
  /** A secret that a person saw was adopted: it is to be renewed, due or not. */
  renewAdopted: boolean;
  previousValidUntil?: Date;
  projection?: Rotation['projection'];
}

/** A fresh run. */
export function beginRun(credential: Credential, request: RotationRequest, deps: RunDeps): Run {
  const left = request.leaveBehind ?? [];
  const connectors = deps.ports.connectors.filter(({ name }) => !left.includes(name));
  return {
    budget: new Budget(deps.runtime, deps.timing),
    ...deps,
    ports: { ...deps.ports, connectors },
    credential,
    request,
    ledger: new Ledger(),
    startedAt: deps.runtime.now(),
    steps: [],
    puts: new Map(),
    confirmed: new Set(),
    shown: new Set(),
    currents: [],
    movedFrom: new Map(),
    written: new Map(),
    skipped: new Map(),
    touched: new Set(),
    unansweredBy: new Set(),
    distorted: new Set(),
    clearedForeign: false,
    unanswered: false,
    renewed: 'no',
    atRest: false,
    handedOver: false,
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

/** An error that also tells what the run had changed before it met it. */
export function withLedger(run: Run, { code, message, retryAfter, next }: RotationError): RotationError {
  return new RotationError(code, message, { retryAfter, next, changed: run.ledger.changed });
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
    previousValidUntil: future(run.previousValidUntil, endedAt),
    nothingChanged: run.ledger.changed === null ? null : !run.ledger.changed,
    repeatAt: null,
    connectors: connectorReports(run),
    ...(run.projection ? { projection: run.projection } : {}),
    ...ending,
  };
}

/** What is over is over: a previous secret is not told to work until a time that has passed. */
function future(date: Date | undefined, now: Date): string | null {
  return date !== undefined && date > now ? date.toISOString() : null;
}

function connectorReports({ credential, request, written, skipped }: Run): ConnectorReport[] {
  return credential.connectors.map(({ name }) => ({
    name,
    sectionsWritten: written.get(name) ?? 0,
    sectionsSkipped: skipped.get(name) ?? 0,
    ...(request.leaveBehind?.includes(name) ? { leftBehind: true } : {}),
  }));
}
