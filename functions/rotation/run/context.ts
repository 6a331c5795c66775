import type { Outcome, Rotation, Trigger } from '../../credential/outcome.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Connector } from '../../ports/connector.ts';
import type { Events } from '../../ports/events.ts';
import type { Iam } from '../../ports/iam.ts';
import type { Inbox } from '../../ports/inbox.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Tasks } from '../../ports/tasks.ts';
import type { Projection, TokenEndpoint } from '../../ports/token-endpoint.ts';
import { Budget } from './budget.ts';
import { Ledger } from './ledger.ts';
import { ReportDraft } from './report.ts';

/** The dependencies of one credential. */
export interface Ports {
  readonly store: SecretStore;
  readonly iam: Iam;
  readonly tokens: TokenEndpoint;
  /** Absent when the settings have no `serviceUri`. */
  readonly projection?: Projection;
  readonly connectors: readonly Connector[];
  readonly schedules: Pick<Schedules, 'plan'>;
  /** Present when a person has a part in each rotation. */
  readonly tasks?: Tasks;
  /** The same. */
  readonly events?: Events;
  /** Present when only a person can change the IAM. */
  readonly inbox?: Inbox;
}

/** Everything else that is not a pure function. */
export interface Runtime {
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** A new client secret: 256 bits of a CSPRNG, base64url. */
  newSecret(): Secret;
  /** An id that no other run has. */
  newId(): string;
  /** Milliseconds until the function is ended. */
  remainingMs(): number;
}

/** How long things may take, in milliseconds. */
export interface Timing {
  /** How long a pending version belongs to a run that may be alive: function timeout, and what a late write may take after it. */
  readonly leaseMs: number;
  readonly httpTimeoutMs: number;
  /** A write through the slowest agent of the credential, restart included. @default 0, without agents */
  readonly agentTimeoutMs?: number;
}

/** What a run is given besides its credential and its request. */
export interface RunDeps {
  readonly ports: Ports;
  readonly runtime: Runtime;
  readonly timing: Timing;
  /** Measures how long the ports take. @default a budget that measures nothing */
  readonly budget?: Budget;
  /** Is told each action before it is carried out. @default nobody is */
  readonly decided?: (action: Decided) => void;
}

/** What a run has decided to do. */
export interface Decided {
  readonly kind: string;
  /** With `ask`: what is found out before the decision is taken again. */
  readonly question?: string;
  readonly reason: string;
  readonly failure?: { readonly code: string };
}

/** What was asked for. */
export interface RotationRequest {
  readonly trigger: Trigger;
  /** The id of the run, drawn before anything began. */
  readonly requestId?: string;
  /** With `schedule`: the time that this run was planned for. */
  readonly scheduledTime?: Date;
  readonly reason?: string;
  /** With `api`: who called, as AWS names the principal. */
  readonly requestedBy?: string;
  /** Rotates in spite of a freeze. */
  readonly force?: boolean;
  /** Present when an earlier run has planned this run, because something was left to do. */
  readonly repeat?: Repeat;
  /** Somebody is at hand to enter the secret in a manual connector at once: it may be cut off until then. */
  readonly attended?: boolean;
  /** Names of connectors that keep what they hold: they can't be given the new secret, and must not keep a leaked one alive. */
  readonly leaveBehind?: readonly string[];
  /** Ends the previous secret as soon as every connector has the new one, and proves it: the previous one is known to others. */
  readonly revokePrevious?: boolean;
  /** Goes back to the previous document instead of making a new secret. */
  readonly rollback?: boolean;
}

/** What an earlier run left to its repeat. */
interface Repeat {
  /** From 1. */
  readonly attempt: number;
  /** The rotation that was due has not been carried out and may be begun. Without `due`, a repeat finishes and begins nothing. */
  readonly due: boolean;
}

/** What a run is given. Nothing in it changes. */
interface RunContext {
  readonly credential: Credential;
  readonly request: RotationRequest;
  readonly ports: Ports;
  readonly runtime: Runtime;
  readonly timing: Timing;
  readonly budget: Budget;
  readonly startedAt: Date;
  readonly decided?: RunDeps['decided'];
}

/**
 * One run: its context, its ledger of what it did and saw, and the draft of its report. The next run needs none of it: every run
 * observes for itself.
 */
export interface Run extends RunContext {
  readonly ledger: Ledger;
  readonly draft: ReportDraft;
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
    startedAt: deps.runtime.now(),
    ledger: new Ledger(),
    draft: new ReportDraft(),
  };
}

/** Does something and notes in the report how long it took, also when it fails. */
export async function timed<T>({ runtime, draft }: Run, name: string, act: () => Promise<T>): Promise<T> {
  const begin = runtime.now().getTime();
  try {
    return await act();
  } finally {
    draft.took(name, runtime.now().getTime() - begin);
  }
}

/** The run's report, as it ended. */
export function report(run: Run, ending: { readonly outcome: Outcome } & Partial<Rotation>): Rotation {
  return run.draft.complete(
    run,
    { endedAt: run.runtime.now(), changed: run.ledger.changed, currentId: run.ledger.versions.currentId },
    ending,
  );
}

/**
 * Milliseconds for which something that was created at an instant may belong to a run that is alive. An instant that lies more
 * than a lease in the future comes from a wrong clock, and nobody waits for it.
 *
 * @param createdAt when it was created
 * @param now the function's own time
 * @param leaseMs see {@link Timing}
 */
export function leaseLeftMs(createdAt: Date, now: Date, leaseMs: number): number {
  const age = now.getTime() - createdAt.getTime();
  return age < -leaseMs ? 0 : Math.max(0, leaseMs - age);
}
