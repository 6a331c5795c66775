import type { ErrorCode } from '../../credential/errors.ts';
import type { FleetRequest } from '../../credential/events/fleet-rotation.ts';
import type { FleetOutcome, Outcome } from '../../credential/outcome.ts';

/** Who asked for a fleet rotation, what and when. */
export interface FleetOrigin {
  readonly executionId: string;
  readonly request: FleetRequest;
  /** The ARN of the principal that called. */
  readonly requestedBy: string;
  readonly requestedAt: Date;
}

/** A wave, once it is known who is in it. */
export interface FleetWave {
  readonly name: string;
  readonly total: number;
  /** How many failures it bears. */
  readonly tolerated: number;
}

/** A fleet rotation as a whole. */
export interface FleetHead extends FleetOrigin {
  /** @default - the credentials aren't chosen yet */
  readonly waves?: readonly FleetWave[];
  /** Somebody has ended it: no run begins after this. */
  readonly stopped?: { readonly by: string; readonly at: Date };
  /** @default - it goes on */
  readonly ended?: { readonly outcome: FleetOutcome; readonly at: Date; readonly manifest?: string };
}

/** Why something did not go well, or won't. */
export interface FleetFault {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly next?: string | undefined;
}

/** How the run of one credential ended, or why there was none. */
export interface FleetEnd {
  /** The request of the run: it leads to its record. */
  readonly requestId: string;
  /** Absent where the run came to no report. */
  readonly outcome?: Outcome | undefined;
  readonly failure?: FleetFault | undefined;
  /** Null when nobody knows. */
  readonly nothingChanged?: boolean | null | undefined;
  /** When the run goes on by itself. */
  readonly repeatAt?: string | null | undefined;
  /** With `revokePrevious`: whether the previous secret was ended. */
  readonly previousRevoked?: boolean | undefined;
  /** Whether it counts against what its wave bears. */
  readonly failed: boolean;
}

/** One credential of a fleet rotation. */
export interface FleetItem {
  readonly credential: string;
  /** The number of its wave, from 0. */
  readonly wave: number;
  /** Why a run is expected to begin nothing, by the settings. */
  readonly expected?: FleetFault | undefined;
  readonly begunAt?: Date | undefined;
  readonly end?: FleetEnd | undefined;
}

/** An item that its state machine works on: where its record is, and the ids of its tries. */
export interface FleetListItem {
  readonly id: string;
  /** The sort key of its record. */
  readonly record: string;
  /** One for each try: Lambda may deliver a try twice, which begins nothing. */
  readonly requestIds: readonly string[];
}

/**
 * Fleet rotations, each for 400 days. The state machine itself notes which credentials begin and how they end. All methods throw a
 * RotationError `ledger-unavailable` or `ledger-throttled`.
 */
export interface FleetRecords {
  /**
   * Notes a fleet rotation before it begins. The first request under an id stays.
   *
   * @returns what stands
   */
  ask(origin: FleetOrigin): Promise<FleetHead>;

  /** Notes who is in which wave. Idempotent: a repeat replaces what is the same. Not while runs are under way. */
  chosen(executionId: string, waves: readonly FleetWave[], items: readonly FleetItem[]): Promise<void>;

  /** Lets no further run begin. Idempotent. @throws {RotationError} `rotation-unknown` */
  stop(executionId: string, by: string, at: Date): Promise<void>;

  /** Notes the end. The first end stays. */
  end(executionId: string, ended: NonNullable<FleetHead['ended']>): Promise<void>;

  /** As it is now. */
  read(executionId: string): Promise<{ readonly head: FleetHead; readonly items: readonly FleetItem[] } | undefined>;
}

/** Where a credential's record is found. */
export function recordOf({ wave, credential }: Pick<FleetItem, 'wave' | 'credential'>): string {
  return `item#${String(wave).padStart(2, '0')}#${credential}`;
}
