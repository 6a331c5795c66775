import { isRotationError } from '../functions/credential/errors.ts';
import type { RetireReport, Rotation } from '../functions/credential/outcome.ts';
import type { RotationRequest } from '../functions/rotation/run/context.ts';
import { isDesk } from './parts.ts';
import type { Conduct, Ending } from './process.ts';
import { accepts, type Credentials, discord, documentIn, isBlind, type Parts, type Snapshot } from './snapshot.ts';

/** A run that has ended, and what the engines held when it began and when it ended. */
export interface RunRecord {
  readonly process: number;
  /** The process's name. */
  readonly name: string;
  /** The id of the credential that it was about. */
  readonly credential: string;
  /** Secrets Manager's four steps are one attempt. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Nobody else changed anything meanwhile: no other run, no person, no late request. */
  readonly undisturbed: boolean;
  /** The same, where Secrets Manager's steps that the run brought about count as its own. */
  readonly undisturbedButForSteps: boolean;
  /** What an earlier run has left to this one; undefined when somebody has asked for it. */
  readonly repeat: RotationRequest['repeat'];
  /** What a caller has asked for; nothing where nobody has called. */
  readonly asked: Pick<RotationRequest, 'rollback' | 'revokePrevious' | 'leaveBehind'>;
  readonly ending: Ending<Rotation | RetireReport | undefined>;
  readonly conduct: Conduct;
  /** Ended by the function's time-out while it was at work. */
  readonly timedOut: boolean;
  /** By how much its clock is ahead, in milliseconds. */
  readonly aheadMs: number;
  /** How long its credential keeps a previous secret, in milliseconds. */
  readonly graceMs: number;
  /** Secrets Manager may have answered from before the latest changes. */
  readonly readStale: boolean;
  /** A node of the IAM may have answered from before the latest changes. */
  readonly nodeLags: boolean;
  /** A person had said of the desk what is not so: no run can know what its traffic uses. */
  readonly isMisled: boolean;
  /** When it ended, a run was planned that goes on from there. */
  readonly goesOn: boolean;
  /** Lambda, or the caller, tries the same once more. */
  repeated: boolean;
}

/** How a run ended, in a word or two. */
export function wordFor({ ending }: Pick<RunRecord, 'ending'>): string {
  if (ending.kind === 'died') return 'died';
  if (ending.kind === 'threw') return isRotationError(ending.error) ? ending.error.code : String(ending.error);
  return ending.value ? ending.value.outcome : 'done';
}

/** Whether a run had nothing to do with an outage: it stood down. */
export function stoodDown(record: RunRecord): boolean {
  return ['rotation-in-progress', 'too-soon'].includes(wordFor(record));
}

/** What is not true of what a run reported. */
export function untruths(parts: Parts, record: RunRecord): string[] {
  const { ending } = record;
  if (ending.kind === 'died') return [];
  if (ending.kind === 'threw') return thrown(record, ending.error);
  const { value } = ending;
  if (!value) return [];
  const failure = 'failure' in value ? value.failure : undefined;
  const isInternal = failure?.detail.startsWith('Unforeseen') || failure?.code === 'internal-error';
  const found = isInternal ? [failure?.detail ?? ''] : [];
  if (!record.undisturbed) return found;
  const told = 'versionId' in value ? retireUntruths(parts, record, value) : CLAIMS[value.outcome](record, value);
  return [...found, ...told].map((fault) => `a run reported ${value.outcome}, but ${fault}`);
}

function thrown({ before, after, undisturbed, ...record }: RunRecord, error: unknown): string[] {
  if (!isRotationError(error))
    return [`a run failed by ${error instanceof Error ? `${error.name}: ${error.message}` : 'something'}`];
  if (error.code === 'internal-error') return [error.message];
  // Whoever says that something was changed has put right what was found.
  const isTold = (error.changed as boolean | null) === true;
  const begun =
    !isTold && undisturbed && after.current?.id !== before.current?.id && after.current?.id !== before.pending;
  return begun && stoodDown({ ...record, before, after, undisturbed })
    ? [`a run stood down (${error.code}), but AWSCURRENT moved`]
    : [];
}

type Claim = (record: RunRecord, rotation: Rotation) => string[];

const CLAIMS: Readonly<Record<Rotation['outcome'], Claim>> = {
  rotated: ({ before, after, asked }, { rotationId, strategy, previousValidUntil, ...rotation }) => [
    ...discordUntold({ after, asked }, rotation),
    ...(strategy === 'dual-secret' && previousValidUntil && isPrevious(before, after) && !works(after, before.current)
      ? ['the previous secret is refused']
      : []),
    ...(rotationId === after.current?.id ? [] : ['its id is not that of AWSCURRENT']),
    ...(!asked.rollback &&
    rotationId !== before.current?.id &&
    after.current?.clientSecret === before.current?.clientSecret
      ? ['the secret is the old one']
      : []),
  ],
  repaired: discordUntold,
  adopted: (record, rotation) => [
    ...discordUntold(record, rotation),
    ...(same(record.before.iam, record.after.iam) ? [] : ['the IAM changed']),
  ],
  // What was refused before the attempt still is; and what was adopted before it stays so.
  'rolled-back': ({ before, after, asked }) => [
    ...discord(withoutLeft({ ...after, sections: revive(before, after) }, asked)),
    ...(after.current?.id === before.current?.id || discord(before).length > 0 ? [] : ['AWSCURRENT moved']),
  ],
  // What was refused before the attempt still is, whatever works.
  'stored-not-applied': ({ before, after, asked, isMisled }, { previousWorks }) => [
    ...(after.pending === after.current?.id ? [] : ['AWSPENDING is not on the current version']),
    ...((after.asked?.readsIam === false && after.asked.works) ||
    after.iam[after.current?.clientId ?? '']?.secret === after.current?.clientSecret
      ? []
      : ['the IAM holds another']),
    ...(previousWorks &&
    revive(before, after).some((one) => !one.accepted && !isLeft(one, asked) && !(isMisled && isDesk(one.place)))
      ? ['a connector is refused']
      : []),
  ],
  interrupted: (_record, { failure }) => (failure ? [] : ['it does not say why']),
  unchanged: unchangedButForMark,
  // A person was asked: that is no change of anything that holds a secret.
  'awaiting-person': unchangedButForMark,
  // A connector that was behind may have been given C, though it could not be read afterwards.
  refused: ({ before, after, ...record }, { failure }) => {
    const sections = failure?.code === 'connector-behind' ? after.sections : before.sections;
    return unchanged({ ...record, before: { ...before, sections }, after });
  },
};

/** What is not at rest, but for another run's version where that is told, and for a connector that the caller left behind. */
function discordUntold(
  { after, asked }: Pick<RunRecord, 'after' | 'asked'>,
  { failure }: Pick<Rotation, 'failure'>,
): string[] {
  const isTold = failure?.code === 'rotation-in-progress';
  return discord(withoutLeft(after, asked)).filter((text) => !isTold || text !== 'AWSPENDING stands');
}

/** What there is, but for a connector that the caller left behind: it is given the secret by the repeat. */
function withoutLeft(after: Snapshot, asked: RunRecord['asked']): Snapshot {
  const sections = after.sections.filter((one) => !isLeft(one, asked));
  const stored = after.stored?.filter((one) => !isLeft(one, asked)) ?? [];
  return { ...after, sections, stored };
}

/** Whether a place is in a connector that was to be left behind. */
function isLeft({ place }: { readonly place: string }, { leaveBehind = [] }: RunRecord['asked']): boolean {
  return leaveBehind.includes(place.split(' ')[0] ?? '');
}

/** Whether the version that was current is the one before now: what somebody has made meanwhile is adopted in between. */
function isPrevious(before: Snapshot, { previous }: Snapshot): before is Snapshot & { current: Credentials } {
  return before.current !== undefined && before.current.id === previous;
}

/** What is refused now, but for what was refused before, or was not what its file held: any restart would have loaded that. */
function revive(before: Snapshot, after: Snapshot): Snapshot['sections'] {
  return after.sections.map((section, i) => ({
    ...section,
    accepted: section.accepted || !before.sections[i]?.accepted || isUnloaded(before, section.place),
  }));
}

function isUnloaded({ sections, stored = [] }: Snapshot, place: string): boolean {
  const secretAt = (all: readonly (Credentials & { readonly place: string })[], at: string) =>
    all.find((one) => one.place === at)?.clientSecret;
  const inFile = secretAt(stored, `${place} (stored)`);
  return inFile !== undefined && inFile !== secretAt(sections, place);
}

/** A mark that a dead rotation left may be gone. */
function unchangedButForMark({ before, after, ...record }: RunRecord): string[] {
  return unchanged({ ...record, before: { ...before, pending: after.pending }, after });
}

/** The overlap probe may give an expired secret its life back: that is no harm. */
function unchanged({ before, after }: RunRecord): string[] {
  const sections = after.sections.map((section, i) => ({
    ...section,
    accepted: section.accepted && before.sections[i]?.accepted === true,
  }));
  // To ask a person changes nothing.
  const { asked: _before, ...was } = before;
  const { asked: _after, ...is } = { ...after, sections };
  return same(was, is) ? [] : ['something changed'];
}

function retireUntruths(parts: Parts, record: RunRecord, { outcome, versionId }: RetireReport): string[] {
  const old = documentIn(parts, versionId);
  if (outcome === 'retired' && !(old && isBlind(parts, record.after, old))) {
    return [
      ...(old && accepts(parts, old) ? ['the old secret is accepted'] : []),
      ...(record.before.previous === versionId ? [] : ['another version was AWSPREVIOUS']),
    ];
  }
  return outcome === 'unchanged' ? unchanged(record) : [];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether a secret is the client's current one, or is kept beside it. */
function works({ iam }: Snapshot, { clientId, clientSecret }: Credentials): boolean {
  const { secret, rotated } = iam[clientId] ?? {};
  return secret === clientSecret || rotated === clientSecret;
}
