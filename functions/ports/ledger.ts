import type { Failure, RetireReport, Rotation, Trigger } from '../credential/outcome.ts';

/** What a call has asked for beside a rotation. */
interface Asked {
  readonly force?: boolean | undefined;
  readonly attended?: boolean | undefined;
  readonly leaveBehind?: readonly string[] | undefined;
  readonly revokePrevious?: boolean | undefined;
  readonly rollback?: boolean | undefined;
}

/** Who asked for a run, why and when: known before anything begins. */
export interface RunOrigin {
  /** {@link requestIdAt}: ids sort as their runs were asked for. */
  readonly requestId: string;
  readonly kind: 'rotation' | 'retire';
  readonly trigger: Trigger;
  /** With `api`: the ARN of the principal that called. */
  readonly requestedBy?: string | undefined;
  readonly reason?: string | undefined;
  readonly asked?: Asked | undefined;
  readonly requestedAt: Date;
}

/** Why a run came to no report. */
export interface RunProblem extends Failure {
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly nothingChanged: boolean | null;
  /** The place of the fault in the request: a JSON Pointer. */
  readonly pointer?: string | undefined;
}

/** How a run ended: with the report of a rotation or of a retire, or with the reason why there is none. */
export type RunEnd = { readonly endedAt: Date } & (
  | { readonly rotation: Rotation; readonly retire?: never; readonly problem?: never }
  | { readonly retire: RetireReport; readonly rotation?: never; readonly problem?: never }
  | { readonly problem: RunProblem; readonly rotation?: never; readonly retire?: never }
);

/** A run, as far as it is known. It holds no secret. */
export interface LedgerEntry extends RunOrigin {
  /** When the function began. @default - it has not, or the run was noted at its end only */
  readonly begunAt?: Date;
  /** @default - the run has not ended, or its end could not be noted */
  readonly end?: RunEnd;
}

/** A page of runs, newest first. */
interface LedgerPage {
  readonly entries: readonly LedgerEntry[];
  /** The request id after which the next page begins; absent on the last one. */
  readonly last?: string;
}

/**
 * The runs of one credential, each for 400 days. The ledger is never the truth about a secret: nothing is decided by it, and where it is
 * lost, history is. All methods throw a RotationError `ledger-unavailable`, or `ledger-throttled`, which is certain: nothing was written.
 */
export interface RunLedger {
  /** Notes a run that is about to be asked for. Idempotent: what is known of the run already stays. */
  accept(run: RunOrigin): Promise<void>;

  /**
   * Notes that a run begins, whether it was accepted or not. Idempotent: a call that failed can be repeated with the same time.
   *
   * @returns false when this run has begun before: this one is a second delivery of the same request
   */
  begin(run: RunOrigin, begunAt: Date): Promise<boolean>;

  /**
   * Notes how a run ended, whether it was known before or not, and makes its rotation lead to it. The first end stays. Idempotent: a call
   * that failed can be repeated.
   */
  end(run: RunOrigin, end: RunEnd): Promise<void>;

  /**
   * A run, as it is known now (strongly consistent).
   *
   * @param id a request id; or a rotation's, which leads to the run about it that ended last
   */
  find(id: string): Promise<LedgerEntry | undefined>;

  /** Runs, newest first; `after` is the `last` of the page before. */
  list(page: { readonly limit: number; readonly after?: string | undefined }): Promise<LedgerPage>;
}
