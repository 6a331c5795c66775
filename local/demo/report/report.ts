import type { Outcome, Strategy, TaskReport } from '../../../functions/credential/outcome.ts';
import type { Proof } from '../../../functions/credential/proof.ts';
import type { Completed } from '../../stand-ins/connector/counts.ts';
import type { Doors } from '../fleet/customers.ts';
import type { SecretsState, Span } from './secrets-states.ts';

/** What a person was asked to do, and whether nobody is asked for it any more. */
export interface TaskLine {
  readonly kind: TaskReport['kind'];
  readonly done: boolean;
}

/** One rotation, as it is reported. Durations are milliseconds. */
export interface RotationLine {
  readonly credential: string;
  /** How the IAM is changed, and how the connector is reached. */
  readonly doors: Doors;
  readonly strategy: Strategy | null;
  readonly trigger: 'schedule' | 'api';
  readonly outcome: Outcome;
  readonly rotationId: string | null;
  readonly durationMs: number;
  /** For how long the secret that the connector is configured with was not accepted. */
  readonly outageMs: number;
  /** The connector's token requests from 1 s before the trigger to 1 s after the end of grace, or of the rotation without one. */
  readonly requests: number;
  readonly failedRequests: number;
  readonly oldSecretRefused: boolean;
  /** How it is known that the connector has the new secret; null when that is not known. */
  readonly proof: Proof | null;
  /** With a person on both sides: what that person was asked to do. */
  readonly tasks?: readonly TaskLine[];
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
}

/** What `npm start -- --json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly versions: { readonly node: string; readonly project: string };
  readonly onboarded: readonly { readonly credential: string; readonly outcome: Outcome }[];
  readonly rotations: readonly RotationLine[];
}

/** A rotation with everything that was seen around it. */
export interface Measured {
  readonly line: RotationLine;
  /** When it was triggered; milliseconds since the epoch, as all times here. */
  readonly triggeredAt: number;
  readonly window: Span;
  readonly states: readonly SecretsState[];
  readonly outages: readonly Span[];
  /** With a person on both sides: from the refresh in the IAM until the secret was entered in the connector. */
  readonly handover?: Span;
  /** The connector's requests that began in the window. */
  readonly requests: readonly Completed[];
}
