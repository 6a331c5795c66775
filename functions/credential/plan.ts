import type { Failure, Strategy } from './outcome.ts';
import type { Proof } from './proof.ts';

/** A connector, as a dry run sees it. */
export interface ConnectorPlan {
  readonly name: string;
  readonly door: 'https' | 'agent' | 'manual' | 'access-secret';
  /** What it holds: the current secret by the proof that is asked for; something else; or nobody can tell. */
  readonly holds: 'current' | 'something-else' | 'handed-over' | 'unknown';
  readonly proof: Proof | null;
  /** Why it could not be read. */
  readonly problem?: Failure;
}

/** What a run would do now. Holds no secret. */
export interface Plan {
  readonly credential: string;
  /** The name of the state in which the credential was found. */
  readonly state: string;
  /** What the run would do first. */
  readonly action: string;
  readonly reason: string;
  /** Null where no other secret would become current. */
  readonly strategy: Strategy | 'dual-secret or in-place' | null;
  /** The run would first let the IAM try whether it keeps a previous secret: a write that changes no secret. */
  readonly wouldProbe: boolean;
  /** By what the run does, requests fail: never; until the connectors have the new secret; or until a person has entered it. */
  readonly outage: 'none' | 'until-pushed' | 'until-entered' | 'none-or-until-pushed' | 'none-or-until-entered';
  readonly connectors: readonly ConnectorPlan[];
  /** Why the run would begin nothing. */
  readonly wouldRefuse?: Failure;
}
