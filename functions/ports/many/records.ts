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
  readonly ended?: {
    readonly outcome: FleetOutcome;
    readonly at: Date;
    readonly manifest?: string;
    readonly counts?: FleetCounts;
  };
}

/** How many credentials came to what, over all waves. */
export interface FleetCounts {
  /** Ended, and not failed. */
  readonly done: number;
  readonly failed: number;
  /** Not begun. */
  readonly waiting: number;
}

/** Who has the one place of a fleet rotation that is under way. */
export interface FleetPlace {
  readonly executionId: string;
  readonly takenAt: Date;
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
   * Takes the place where nobody has it, or has it already oneself; the time is that of the last try. Of several at once, one gets it.
   * It is never given back: who has it may be over.
   *
   * @param from who is over: the place is taken from it as well, if it still has the place since then
   * @returns who has it now
   */
  take(place: FleetPlace, from?: FleetPlace): Promise<FleetPlace>;

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

  /** The last ones that were asked for, newest first, without dry runs. */
  recent(limit: number): Promise<readonly FleetHead[]>;

  /** As it is now, without its credentials. */
  head(executionId: string): Promise<FleetHead | undefined>;

  /** As it is now. */
  read(executionId: string): Promise<{ readonly head: FleetHead; readonly items: readonly FleetItem[] } | undefined>;
}

/** Where a credential's record is found. */
export function recordOf({ wave, credential }: Pick<FleetItem, 'wave' | 'credential'>): string {
  return `item#${String(wave).padStart(2, '0')}#${credential}`;
}
