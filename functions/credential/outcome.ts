import type { ErrorCode } from './errors.ts';
import type { Proof } from './proof.ts';

/** What asked for a rotation. */
export type Trigger = 'schedule' | 'api' | 'secrets-manager';

/** How the change is made without hurting the connector. */
export type Strategy = 'dual-secret' | 'alternating-clients' | 'in-place';

/** How a run ended. */
export const OUTCOMES = {
  rotated: 'The secret was replaced everywhere.',
  adopted: 'First run: what the IAM holds was stored. Nothing was changed in the IAM.',
  repaired: 'What had come apart was put right.',
  unchanged: 'There was nothing to do.',
  'awaiting-person': 'A person was asked to refresh the secret in the IAM and to submit it. Nothing was changed.',
  'rolled-back': 'The attempt failed and was undone: the previous secret is in use.',
  'stored-not-applied': 'The new secret is stored and valid, but a connector could not be given it yet.',
  interrupted: 'The run could neither finish nor undo. The next one resumes it.',
  refused: 'Nothing was changed, and nothing is under way.',
} as const;

export type Outcome = keyof typeof OUTCOMES;

/** How a fleet rotation ended. */
export const FLEET_OUTCOMES = {
  planned: 'A dry run: nothing was begun.',
  completed: 'Every chosen credential had its run.',
  stopped: 'A wave failed more often than it bears, so nothing more was begun.',
  aborted: 'Somebody ended it, so nothing more was begun.',
  broken: 'It ended before its time: see its execution in Step Functions.',
} as const;

export type FleetOutcome = keyof typeof FLEET_OUTCOMES;

/** What happened to one connector. */
export interface ConnectorReport {
  readonly name: string;
  /** Sections that this run wrote. */
  readonly sectionsWritten: number;
  /** Sections with our Client ID but another environment's token URL: left alone. */
  readonly sectionsSkipped: number;
  /** The call named it to be left behind: it was not asked, and holds what it held. */
  readonly leftBehind?: boolean;
  /** How it is known that the connector has the current secret; null when that is not known. */
  readonly proof: ConnectorProof | null;
  /** A person was asked to enter the current secret, until then. */
  readonly handedOverUntil?: string;
}

/** How it is known what a connector holds. */
export interface ConnectorProof {
  readonly level: Proof;
  /** With `attested`: who said so. */
  readonly by?: string;
  /** With `attested`: when. */
  readonly at?: string;
}

/** What a person is asked to do. */
export interface TaskReport {
  readonly kind: 'enter-secret' | 'submit-secret' | 'end-former-secret';
  readonly connector?: string;
  readonly versionId: string;
  readonly dueAt: string;
  /** Whether the time is over. */
  readonly overdue: boolean;
}

/** Why a run did not end well. */
export interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly next: string;
}

/** One run, for people, logs and the API. Never holds a secret. */
export interface Rotation {
  /** The id of the run: it was drawn before anything began. Absent where no request was made, as in a test. */
  readonly requestId?: string;
  /** The Secrets Manager version id of the candidate; null when nothing was begun. */
  readonly rotationId: string | null;
  readonly credential: string;
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  /** Null when the run ended before it was chosen. */
  readonly strategy: Strategy | null;
  readonly reason?: string;
  /** With `api`: the ARN of the principal that called. */
  readonly requestedBy?: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
  /** Until when the previous secret works; null when it does not, or is unknown. */
  readonly previousValidUntil: string | null;
  readonly connectors: readonly ConnectorReport[];
  /** What people are asked to do about this credential; absent when they are asked nothing. */
  readonly tasks?: readonly TaskReport[];
  /** What the projection probe found with the new token; absent when the settings have no `serviceUri`. */
  readonly projection?: 'ok' | 'refused' | 'unavailable';
  /** With `stored-not-applied`: whether the connector's old secret still works; null when the IAM could not be asked. */
  readonly previousWorks?: boolean | null;
  /** With `revokePrevious`: the previous secret was ended, and the IAM was seen to refuse it. */
  readonly previousRevoked?: boolean;
  /** Whether the run has left everything as it was; null when a write was not answered and nothing tells what became of it. */
  readonly nothingChanged: boolean | null;
  /** When the run goes on by itself, after an end that leaves something to do; null when nothing is planned. */
  readonly repeatAt: string | null;
  readonly failure?: Failure;
  /** False when the run could not be written to the ledger; absent otherwise. */
  readonly recorded?: false;
}

/** How a retire ended. `postponed` is for people to look at when it lasts. */
export interface RetireReport {
  readonly requestId?: string;
  readonly credential: string;
  /** The version whose secret was to be ended. */
  readonly versionId: string;
  readonly outcome: 'retired' | 'unchanged' | 'postponed';
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
  readonly failure?: Failure;
}

/** Whether an outcome is one that somebody has to look at. */
export function isFailure(outcome: Outcome): boolean {
  return ['rolled-back', 'stored-not-applied', 'interrupted', 'refused'].includes(outcome);
}
