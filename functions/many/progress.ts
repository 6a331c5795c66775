import type { FleetOutcome, Outcome } from '../credential/outcome.ts';
import type { FleetCounts, FleetEnd, FleetFault, FleetHead, FleetItem, FleetWave } from '../ports/many/records.ts';
import { aboutOf, type FleetAbout } from './about.ts';

/** How far a wave is. The numbers of `done`, `failed`, `running` and `waiting` are its total. */
export interface WaveProgress extends FleetWave {
  /** Ended, and not failed. */
  readonly done: number;
  readonly failed: number;
  /** Begun, and not ended: none is once the fleet rotation has ended. */
  readonly running: number;
  /** Not begun: they never will be once the fleet rotation has ended. */
  readonly waiting: number;
  /** How many ended how, as far as that is known. */
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
export interface FleetProgress extends FleetAbout {
  readonly waves: readonly WaveProgress[];
  readonly failures: readonly FleetFailure[];
  /** Of which the settings say already that a run would begin nothing. */
  readonly expected: readonly FleetFailure[];
  /** With a dry run: the ids of each wave. */
  readonly credentials?: readonly (readonly string[])[];
}

/** Everything that is recorded of a fleet rotation. */
export interface Recorded {
  readonly head: FleetHead;
  readonly items: readonly FleetItem[];
}

/** How a credential's part ended. Where nothing was noted of an end that must have come, there is no request to name. */
export type KnownEnd = Omit<FleetEnd, 'requestId'> & Partial<Pick<FleetEnd, 'requestId'>>;

/** A run of which the end was not noted: what noted it has died. */
const LOST: KnownEnd = {
  failure: {
    code: 'internal-error',
    detail: 'It was begun, and its end was not noted',
    next: "See the credential's history: the run itself is recorded there. Rotate it again where it did not end well.",
  },
  nothingChanged: null,
  failed: true,
};

/** How the part of a credential ended. @param isOver whether the fleet rotation has ended: nothing is noted any more */
export function endOf({ begunAt, end }: FleetItem, isOver: boolean): KnownEnd | undefined {
  return end ?? (isOver && begunAt ? LOST : undefined);
}

/**
 * How far a fleet rotation is.
 *
 * @param running whether its execution goes on; undefined where none is known
 */
export function progressOf({ head, items }: Recorded, running: boolean | undefined, now: Date): FleetProgress {
  const { request, waves = [] } = head;
  const about = aboutOf(head, running, now);
  const isOver = about.status === 'ended';
  const seen = items.map((item): Seen => ({ ...item, end: endOf(item, isOver) }));
  const nameOf = ({ wave }: Seen) => waves[wave]?.name ?? String(wave);
  return {
    ...about,
    waves: waves.map((wave, index) =>
      waveProgress(
        wave,
        seen.filter((item) => item.wave === index),
      ),
    ),
    failures: seen.flatMap((item) => (item.end?.failed ? failureOf(item, item.end, nameOf(item)) : [])),
    expected: seen.flatMap((item) => (item.end ? [] : expectedOf(item, nameOf(item)))),
    ...(request.dryRun && { credentials: waves.map((_, index) => idsOf(items.filter(({ wave }) => wave === index))) }),
  };
}

/** A credential with how its part ended, as far as that is known. */
type Seen = Omit<FleetItem, 'end'> & { readonly end: KnownEnd | undefined };

/** How many came to what. @param waves of a fleet rotation that has ended: nothing is running */
export function countsOf(waves: readonly WaveProgress[]): FleetCounts {
  const sum = (of: keyof FleetCounts) => waves.reduce((all, wave) => all + wave[of], 0);
  return { done: sum('done'), failed: sum('failed'), waiting: sum('waiting') };
}

/** What a fleet rotation has come to, once nothing more begins. */
export function outcomeOf({ head, items }: Recorded): FleetOutcome {
  if (head.request.dryRun) return 'planned';
  if (items.every((item) => endOf(item, true)) && head.waves) return 'completed';
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

function waveProgress(wave: FleetWave, members: readonly Seen[]): WaveProgress {
  const ends = members.flatMap(({ end }) => end ?? []);
  const begun = members.filter(({ begunAt, end }) => begunAt ?? end).length;
  const failed = ends.filter((end) => end.failed).length;
  const outcomes = Map.groupBy(ends.flatMap(reported), (outcome) => outcome);
  return {
    ...wave,
    done: ends.length - failed,
    failed,
    running: begun - ends.length,
    waiting: members.length - begun,
    outcomes: Object.fromEntries([...outcomes].map(([outcome, of]) => [outcome, of.length])),
  };
}

/** Of a run that came to no report, nothing may be said but that it began nothing, where that is known. */
function reported({ outcome, nothingChanged }: KnownEnd): Outcome[] {
  if (outcome) return [outcome];
  return nothingChanged === true ? ['refused'] : [];
}

function failureOf({ credential }: Seen, end: KnownEnd, wave: string): FleetFailure {
  const { requestId, outcome, failure = UNTOLD, nothingChanged, repeatAt } = end;
  return {
    credential,
    wave,
    ...failure,
    ...(requestId !== undefined && { requestId }),
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

function expectedOf({ credential, expected }: Seen, wave: string): FleetFailure[] {
  return expected ? [{ credential, wave, ...expected }] : [];
}

function idsOf(members: readonly FleetItem[]): string[] {
  return members.map(({ credential }) => credential);
}
