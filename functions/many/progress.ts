import type { FleetRequest } from '../credential/events/fleet-rotation.ts';
import type { FleetOutcome, Outcome } from '../credential/outcome.ts';
import type { FleetEnd, FleetFault, FleetHead, FleetItem, FleetWave } from '../ports/many/records.ts';

/** How far a wave is. The numbers of `done`, `failed`, `running` and `waiting` are its total. */
export interface WaveProgress extends FleetWave {
  /** Ended, and not failed. */
  readonly done: number;
  readonly failed: number;
  /** Begun, and not ended. */
  readonly running: number;
  /** Not begun: they never will be once the fleet rotation has ended. */
  readonly waiting: number;
  /** How many ended how. */
  readonly outcomes: Partial<Record<Outcome, number>>;
}

/** A credential that failed, or is expected to. */
export interface FleetFailure extends FleetFault {
  readonly credential: string;
  /** The name of its wave. */
  readonly wave: string;
  readonly outcome?: Outcome;
  /** Leads to the record of its run. */
  readonly requestId?: string;
  readonly nothingChanged?: boolean | null;
  readonly repeatAt?: string;
}

/** How far a fleet rotation is. */
export interface FleetProgress {
  readonly executionId: string;
  readonly status: 'choosing' | 'rotating' | 'stopping' | 'ended';
  /** Null before the end. */
  readonly outcome: FleetOutcome | null;
  readonly request: FleetRequest;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly stoppedBy?: string;
  readonly waves: readonly WaveProgress[];
  readonly failures: readonly FleetFailure[];
  /** Of which the settings say already that a run would begin nothing. */
  readonly expected: readonly FleetFailure[];
  /** With a dry run: the ids of each wave. */
  readonly credentials?: readonly (readonly string[])[];
  /** Where the manifest is, once it has ended. */
  readonly manifest: string | null;
}

/** Everything that is recorded of a fleet rotation. */
export interface Recorded {
  readonly head: FleetHead;
  readonly items: readonly FleetItem[];
}

/** So long an execution may be unknown after its start, in milliseconds. */
const BEGINS_MS = 60_000;

/**
 * How far a fleet rotation is.
 *
 * @param running whether its execution goes on; undefined where none is known
 */
export function progressOf({ head, items }: Recorded, running: boolean | undefined, now: Date): FleetProgress {
  const { executionId, request, requestedBy, requestedAt, waves = [], stopped, ended } = head;
  const alive = running ?? now.getTime() - requestedAt.getTime() < BEGINS_MS;
  const outcome = ended?.outcome ?? (alive ? null : 'broken');
  const nameOf = ({ wave }: FleetItem) => waves[wave]?.name ?? String(wave);
  return {
    executionId,
    status: outcome ? 'ended' : statusOf(head),
    outcome,
    request,
    requestedBy,
    requestedAt: requestedAt.toISOString(),
    endedAt: ended?.at.toISOString() ?? null,
    ...(stopped && { stoppedBy: stopped.by }),
    waves: waves.map((wave, index) =>
      waveProgress(
        wave,
        items.filter((item) => item.wave === index),
      ),
    ),
    failures: items.flatMap((item) => (item.end?.failed ? failureOf(item, item.end, nameOf(item)) : [])),
    expected: items.flatMap((item) => (item.end ? [] : expectedOf(item, nameOf(item)))),
    ...(request.dryRun && { credentials: waves.map((_, index) => idsOf(items.filter(({ wave }) => wave === index))) }),
    manifest: ended?.manifest ?? null,
  };
}

/** What a fleet rotation has come to, once nothing more begins. */
export function outcomeOf({ head, items }: Recorded): FleetOutcome {
  if (head.request.dryRun) return 'planned';
  if (items.every(({ end }) => end) && head.waves) return 'completed';
  if (head.stopped) return 'aborted';
  return head.waves?.some((wave, index) =>
    isExceeded(
      wave,
      items.filter((item) => item.wave === index),
    ),
  )
    ? 'stopped'
    : 'broken';
}

function isExceeded({ tolerated }: FleetWave, members: readonly FleetItem[]): boolean {
  return members.filter(({ end }) => end?.failed).length > tolerated;
}

function statusOf({ waves, stopped }: FleetHead): FleetProgress['status'] {
  if (stopped) return 'stopping';
  return waves ? 'rotating' : 'choosing';
}

function waveProgress(wave: FleetWave, members: readonly FleetItem[]): WaveProgress {
  const ends = members.flatMap(({ end }) => end ?? []);
  const begun = members.filter(({ begunAt, end }) => begunAt ?? end).length;
  const failed = ends.filter((end) => end.failed).length;
  const outcomes = Map.groupBy(ends, ({ outcome }) => outcome ?? 'refused');
  return {
    ...wave,
    done: ends.length - failed,
    failed,
    running: begun - ends.length,
    waiting: members.length - begun,
    outcomes: Object.fromEntries([...outcomes].map(([outcome, of]) => [outcome, of.length])),
  };
}

function failureOf({ credential }: FleetItem, end: FleetEnd, wave: string): FleetFailure {
  const { requestId, outcome, failure = UNTOLD, nothingChanged, repeatAt } = end;
  return {
    credential,
    wave,
    ...failure,
    requestId,
    ...(outcome && { outcome }),
    ...(nothingChanged !== undefined && { nothingChanged }),
    ...(repeatAt && { repeatAt }),
  };
}

/** A run that ended well in itself, and has not done all that was asked. */
const UNTOLD: FleetFault = {
  code: 'retire-failed',
  detail: 'The previous secret could not be ended',
  next: 'See which connector still uses it, then rotate again with revokePrevious.',
};

function expectedOf({ credential, expected }: FleetItem, wave: string): FleetFailure[] {
  return expected ? [{ credential, wave, ...expected }] : [];
}

function idsOf(members: readonly FleetItem[]): string[] {
  return members.map(({ credential }) => credential);
}
