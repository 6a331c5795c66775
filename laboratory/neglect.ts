import { activeFreeze } from '../functions/credential/settings/schedule.ts';
import { dependencyOf } from './faults.ts';
import type { Outage } from './monitor.ts';
import { isDesk } from './parts.ts';
import type { Played } from './played.ts';
import { type RunRecord, stoodDown, wordFor } from './truth.ts';

/** The longest pause between two repeats, which is an hour and a half where their grid becomes another one, and a lease. */
const REPEATS_WITHIN_MS = 100 * 60_000;

/**
 * Connectors that stay cut off although a run has seen it and all that is needed to help them answers: whatever is wrong with another
 * connector.
 *
 * @param credential whose outages these are: a run of another one can't help
 */
export function neglectFaults(played: Played, credential: string, outages: readonly Outage[]): string[] {
  const records = played.player.records.filter((record) => record.credential === credential);
  const places = outages
    .filter((outage) => isNeglected(played, records, outage))
    .map(({ place }) => place.split(' ')[0]);
  return [...new Set(places)].map((place) => `${place} stayed cut off, though everything that it needs answered`);
}

function isNeglected(
  { laboratory, climate }: Played,
  records: readonly RunRecord[],
  { place, to = laboratory.simulation.now, ...outage }: Outage,
): boolean {
  const { simulation } = laboratory;
  // People are asked: nobody can do more.
  if (isDesk(place)) return false;
  // Nobody can plan anything while the scheduler is away, and whoever called is told so.
  if (simulation.troubles.some(({ name }) => name.startsWith('scheduler'))) return false;
  const from = submittedAt(laboratory, to) ?? outage.from;
  // Where only token requests tell, nothing can be told of a client that is switched off.
  const isBlind = laboratory.credential.iam.type === 'manual';
  const isOff = (what: string) => what === 'disable' || (isBlind && what === 'disable-idle');
  if (simulation.deeds.some(({ at, what }) => isOff(what) || (from < at && at <= to))) return false;
  const connector = place.split(' ')[0] ?? '';
  const seen = records.find((record) => record.startedAt >= from && helps(record, connector));
  if (!seen) return false;
  // A first run stores nothing while any of its connectors can't be read: its settings may be wrong.
  const connectors = seen.before.current ? [connector] : laboratory.parts.names;
  const byAgent = connectors.some((name) => laboratory.agent?.names.includes(name));
  const needed = ['iam', 'store', 'scheduler', ...connectors, ...(byAgent ? ['sqs', 'agent'] : [])];
  const troubles = [
    ...simulation.troubles.filter(({ name }) => needed.includes(dependencyOf(name))).map(({ at }) => at),
    ...climate.windows
      .filter(({ away, from: begin }) => needed.includes(away.of) && begin <= to)
      .map((window) => window.to),
    // Whoever meets another run's traces rightly stands aside.
    ...records.filter((record) => record.startedAt >= from && stoodDown(record)).map(({ endedAt }) => endedAt),
    // Nor does a run help whose time is over before it could: it began nothing that it could not have ended.
    ...(climate.isSlow ? records.filter(isOutOfTime).map(({ endedAt }) => endedAt) : []),
    ...records.filter(isGivenUp).map((record) => nextAfter(records, record)?.startedAt ?? to),
  ].filter((at) => at <= to);
  return to > Math.max(seen.endedAt, ...troubles) + REPEATS_WITHIN_MS;
}

/** A run that Lambda doesn't begin again, since it was killed at each try, lies in the queue of dead letters, with an alarm. */
function isGivenUp(record: RunRecord): boolean {
  const { name, repeated, timedOut } = record;
  return name.startsWith('rotate by schedule') && wordFor(record) === 'died' && !timedOut && !repeated;
}

function isOutOfTime({ ending }: RunRecord): boolean {
  const value = ending.kind === 'returned' ? ending.value : undefined;
  return value !== undefined && 'failure' in value && value.failure?.code === 'out-of-time';
}

function nextAfter(records: readonly RunRecord[], record: RunRecord): RunRecord | undefined {
  return records.slice(records.indexOf(record) + 1).find(({ name }) => name.startsWith('rotate'));
}

/**
 * With an IAM that only a person can change, runs can help from the last submission on; undefined with another IAM.
 *
 * @returns never, where what was submitted last was not what the IAM held
 */
function submittedAt({ credential, person }: Played['laboratory'], to: number): number | undefined {
  if (credential.iam.type !== 'manual') return undefined;
  const last = person.submissions.findLast(({ at }) => at <= to);
  return last?.isHeld ? last.at : Number.POSITIVE_INFINITY;
}

/** A run that could not read its settings, or was refused what it was called for, has seen nothing; nor has one a connector that it left behind. */
function helps(record: RunRecord, connector: string): boolean {
  const word = wordFor(record);
  if (record.ending.kind === 'threw' && (word.startsWith('schedule-') || word === 'not-available')) return false;
  if (record.asked.leaveBehind?.includes(connector)) return false;
  return record.name.startsWith('rotate') && !record.asked.rollback && !stoodDown(record) && word !== 'died';
}

/** A repeat that had only to finish what was left, and began a rotation. */
export function repeatFaults({ player }: Played): string[] {
  return player.records
    .filter((record) => record.repeat?.due === false && record.undisturbedButForSteps && renews(record))
    .map(({ process }) => `run ${process + 1} began a rotation, though it had only to finish what was left`);
}

/** A scheduled run that began a rotation in a freeze, where there was nothing to put right. */
export function freezeFaults({ laboratory, player }: Played): string[] {
  const { credential } = laboratory;
  const begun = player.records.filter(({ startedAt, endedAt, aheadMs, ...record }) => {
    // A freeze that ends meanwhile keeps nobody from what is begun afterwards.
    const frozen = [startedAt, endedAt].every((at) => activeFreeze(credential, new Date(at + aheadMs)));
    return frozen && record.name === 'rotate by schedule' && record.undisturbedButForSteps && renews(record);
  });
  return begun.map(({ process }) => `run ${process + 1} began a rotation in a freeze`);
}

function renews({ before, after }: Pick<RunRecord, 'before' | 'after'>): boolean {
  const { current, pending } = before;
  const isOwn = current && before.iam[current.clientId]?.secret === current.clientSecret;
  // A secret that is refused is repaired, in a freeze as well.
  if (before.sections.some(({ accepted }) => !accepted)) return false;
  if (!isOwn || (pending !== undefined && pending !== current.id)) return false;
  return JSON.stringify(secretsIn(before)) !== JSON.stringify(secretsIn(after));
}

function secretsIn({ iam }: RunRecord['before']): string[] {
  return Object.values(iam).map(({ secret }) => secret);
}
