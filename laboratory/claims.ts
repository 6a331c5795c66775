import { isRotationError } from '../functions/credential/errors.ts';
import type { Rotation } from '../functions/credential/outcome.ts';
import { DESK } from './parts.ts';
import { previousSecretFaults } from './previous-claims.ts';
import {
  accepts,
  type Credentials,
  changedAt,
  clientOf,
  discord,
  documentIn,
  madeAt,
  type Parts,
  type Snapshot,
} from './snapshot.ts';
import { type RunRecord, wordFor } from './truth.ts';

/** What a report may say beside its outcome. A member that is absent, or null, claims nothing. */
interface Claims {
  readonly nothingChanged?: boolean | null;
  readonly previousWorks?: boolean | null;
  readonly previousValidUntil?: string | null;
}

const SECOND_MS = 1000;

/** What a run claimed that is not so in the engines. */
export function falseClaims(parts: Parts, record: RunRecord): string[] {
  const { ending } = record;
  const word = wordFor(record);
  if (ending.kind === 'died') return [];
  if (ending.kind === 'threw') {
    const claim = isRotationError(ending.error) ? (ending.error.changed as boolean | null) : null;
    return claim === false ? told(word, unchangedFault(record)) : [];
  }
  const rotation = ending.value;
  if (!rotation || !('trigger' in rotation)) return [];
  return told(word, [
    ...nothingChangedFaults(record, rotation),
    ...outcomeFaults(parts, record, rotation),
    ...previousFaults(parts, record, rotation),
    ...previousSecretFaults(parts, record, rotation),
    ...taskFaults(parts, record, rotation),
  ]);
}

/** People are asked what the report says, and nothing else. */
function taskFaults(parts: Parts, record: RunRecord, rotation: Rotation): string[] {
  const { undisturbedButForSteps, after } = record;
  const { asked } = after;
  if (!asked || !undisturbedButForSteps) return [];
  const { tasks, connectors, failure, outcome } = rotation;
  const open = asked.tasks.map(({ kind, versionId, dueAt }) => `${kind} ${versionId} ${dueAt.toISOString()}`);
  const told = (tasks ?? []).map(({ kind, versionId, dueAt }) => `${kind} ${versionId} ${dueAt}`);
  const untold = open.filter((one) => !told.includes(one));
  const until = connectors.find(({ name }) => name === DESK)?.handedOverUntil;
  const task = asked.tasks.find(({ kind, versionId }) => kind === 'enter-secret' && versionId === after.current?.id);
  // Where people could not be told, the failure says so.
  const isKnown = tasks !== undefined || failure === undefined;
  // Nor which version is current, where Secrets Manager did not answer, or from before the latest change.
  const isCurrentKnown = isKnown && !failure?.code.startsWith('store-') && !sawOldLabels(parts, record);
  return [
    ...told.filter((one) => !open.includes(one)).map((one) => `that a person is asked (${one}), but nobody is`),
    ...(isKnown && untold.length > 0 ? [`nothing of a task that is open (${untold.join()})`] : []),
    ...(isCurrentKnown && until !== task?.dueAt.toISOString()
      ? [`that ${DESK} is handed over until ${until}, which is not so`]
      : []),
    ...(outcome === 'awaiting-person' && !asked.submit ? ['but no person is asked'] : []),
  ];
}

/** Whether all that a run has seen of the labels is of before their latest change, which is not its own. */
function sawOldLabels(parts: Parts, { conduct }: RunRecord): boolean {
  const isOwn = conduct.changes.some((name) => name.startsWith('secrets-manager'));
  return !isOwn && (conduct.looks.get('labels') ?? Number.POSITIVE_INFINITY) < changedAt(parts);
}

/** What a late request has made untrue: looked at when the scene is over. */
export function lateFalsehoods(records: readonly RunRecord[]): string[] {
  return records
    .filter(({ ending }) => ending.kind === 'returned' && (ending.value as Claims | undefined)?.nothingChanged === true)
    .flatMap((record) => told(wordFor(record), unchangedFault(record)));
}

function told(word: string, faults: readonly string[]): string[] {
  return faults.map((fault) => `a run reported ${word} and ${fault}`);
}

function nothingChangedFaults(record: RunRecord, rotation: Rotation & Claims): string[] {
  if (rotation.nothingChanged === true) return unchangedFault(record);
  const never = rotation.nothingChanged === false && record.undisturbedButForSteps && record.conduct.sent.length === 0;
  return never ? ['that something was changed, but it had sent no write'] : [];
}

/** Whoever says that nothing was changed has not changed the IAM or a connector, and leaves the labels as they were. */
function unchangedFault({ conduct, before, after, undisturbedButForSteps }: RunRecord): string[] {
  const elsewhere = conduct.changes.find((name) => !name.startsWith('secrets-manager'));
  if (elsewhere) return [`that nothing was changed, but ${elsewhere} had changed something`];
  const moved = undisturbedButForSteps && labels(before) !== labels(after);
  return moved ? ['that nothing was changed, but a label was moved'] : [];
}

function labels({ current, previous, pending }: Snapshot): string {
  return JSON.stringify([current?.id, previous, pending]);
}

function outcomeFaults(parts: Parts, record: RunRecord, { outcome }: Rotation): string[] {
  if (!record.undisturbedButForSteps) return [];
  if (outcome === 'refused') return refusedFaults(record);
  return outcome === 'rolled-back' ? rolledBackFaults(parts, record) : [];
}

function refusedFaults(record: RunRecord): string[] {
  const { before, after } = record;
  return [
    // What was put a moment ago may not have shown yet.
    ...(after.pending === undefined || record.readStale ? [] : ['AWSPENDING stands']),
    ...unchangedFault({ ...record, before: { ...before, pending: after.pending } }),
  ];
}

/** The previous secret is held and accepted, and every connector that was written to holds it. */
function rolledBackFaults(parts: Parts, { before, after, conduct }: RunRecord): string[] {
  const current = after.current;
  if (!current) return ['no document is current'];
  const wasAccepted = discord(before).every((text) => !text.includes('refused'));
  const behind = after.sections.filter(
    ({ place, ...section }) => conduct.touched.has(place.split(' ')[0] ?? '') && !same(section, current),
  );
  return [
    ...(after.iam[current.clientId]?.secret === current.clientSecret
      ? []
      : ['the IAM does not hold the previous secret']),
    ...(accepts(parts, current) || !wasAccepted ? [] : ['the IAM does not accept the previous secret']),
    ...behind.map(({ place }) => `${place} does not hold the previous secret`),
  ];
}

/** Of the version in AWSPREVIOUS, once AWSCURRENT is the new one. */
function previousFaults(parts: Parts, record: RunRecord, rotation: Rotation & Claims): string[] {
  const { previousWorks, previousValidUntil, outcome } = rotation;
  const { after, endedAt, undisturbedButForSteps, aheadMs } = record;
  // Told by the function's own clock.
  const until = previousValidUntil ? Date.parse(previousValidUntil) - aheadMs : undefined;
  const faults =
    until !== undefined && until < endedAt - SECOND_MS
      ? ['the previous secret is valid until a time that is over']
      : [];
  const previous = after.previous === undefined ? undefined : documentIn(parts, after.previous);
  if (!undisturbedButForSteps || !previous || !['rotated', 'repaired', 'stored-not-applied'].includes(outcome))
    return faults;
  // A client that somebody has disabled gets no token.
  const works = accepts(parts, previous) && clientOf(parts, previous.clientId)?.enabled !== false;
  if (previousWorks === true && !works) faults.push('that the previous secret works, but it is refused');
  if (previousWorks === false && works) faults.push('that the previous secret does not work, but it is accepted');
  // A time that the IAM tells is true, whatever the function's clock says.
  const least = until === undefined ? undefined : Math.min(until, until + aheadMs);
  // What an IAM that nobody can read keeps of its own accord, nobody knows.
  const isReadable = after.asked?.readsIam !== false;
  if (isReadable && least !== undefined && least > endedAt)
    faults.push(...validityFaults(parts, { previous, until: least, works }));
  if (isReadable && until !== undefined && until >= endedAt)
    faults.push(...tooSoonFaults(parts, { previous, told: until + aheadMs, record }));
  return faults;
}

/**
 * No sooner than the IAM ends it, or grace is over; a grace begins at the earliest when the current version was made. A caller may have
 * asked for less.
 */
function tooSoonFaults(
  parts: Parts,
  { previous, told, record }: { previous: Credentials; told: number; record: RunRecord },
): string[] {
  const { after, aheadMs, graceMs, asked, nodeLags } = record;
  // Times that were read from a node that lags are those of before.
  if (asked.revokePrevious || nodeLags || !after.current) return [];
  const graceEnd = madeAt(parts, after.current.id) + graceMs - Math.abs(aheadMs);
  const least = Math.min(endInIam(parts, previous), graceEnd);
  if (told >= least - SECOND_MS) return [];
  const [said, so] = [told, least].map((ms) => new Date(ms).toISOString());
  return [`that the previous secret ends at ${said}, sooner than it will (${so})`];
}

function validityFaults(
  parts: Parts,
  { previous, until, works }: { previous: Credentials; until: number; works: boolean },
): string[] {
  if (!works) return ['a time until which the previous secret is valid, but it is refused'];
  const ends = endInIam(parts, previous);
  return ends < until - SECOND_MS
    ? ['a time until which the previous secret is valid, but the IAM ends it before']
    : [];
}

/** When the IAM itself will refuse a secret that it accepts now, in milliseconds since 1970. */
function endInIam(parts: Parts, { clientId, clientSecret }: Credentials): number {
  const client = clientOf(parts, clientId);
  const at = (name: string) => Number(client?.attributes[name] ?? Number.POSITIVE_INFINITY) * SECOND_MS;
  const whole = at('client.secret.expiration.time');
  return client?.secret === clientSecret ? whole : Math.min(whole, at('client.secret.rotated.expiration.time'));
}

function same(one: Credentials, other: Credentials): boolean {
  return one.clientId === other.clientId && one.clientSecret === other.clientSecret;
}
