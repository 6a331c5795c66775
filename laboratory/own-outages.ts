import type { Outage } from './monitor.ts';
import { isDesk, TIMING } from './parts.ts';
import { nobodyCould, type Played } from './played.ts';
import { ATTENDED, type Process } from './process.ts';
import type { RunRecord } from './truth.ts';

const MINUTE_MS = 60_000;
/** The longest pause between two repeats, which is an hour and a half where their grid becomes another one, and a lease. */
const REPEATS_WITHIN_MS = 100 * MINUTE_MS;

/**
 * Outages that a write of ours began. Where two secrets can work at once there is none, whatever a person had to do with it. In-place
 * there is one of each renewal: it ends within the run, or soon after everything answers again.
 */
export function ownOutageFaults(played: Played, outages: readonly Outage[]): string[] {
  const faults = outages
    .filter(({ cause, excused }) => cause.by === 'own' && !excused)
    .filter((outage) => !overtaken(played, outage))
    .filter((outage) => !endedWithPolicy(played, outage))
    .flatMap((outage) => faultOf(played, outage));
  return [...new Set([...faults, ...costlyFaults(played, outages)])];
}

/** Renewals of one place that cost an outage each: one that somebody asked for is repeated twice. */
function costlyFaults({ player, laboratory }: Played, outages: readonly Outage[]): string[] {
  const { simulation } = laboratory;
  const asked = player.records.filter(({ name, repeat }) => name.startsWith('rotate') && !repeat).length;
  const own = outages.filter(({ cause }) => cause.process?.name.startsWith('rotate by schedule'));
  if (simulation.deeds.length > 0) return [];
  return [...new Set(own.map(({ place }) => place))].flatMap((place) => {
    const runs = new Set(own.filter((outage) => outage.place === place).map(({ cause }) => cause.process));
    return runs.size > 3 * asked
      ? [`${place.split(' ')[0]} was cut off by ${runs.size} runs, of which ${asked} were asked for`]
      : [];
  });
}

function faultOf(played: Played, outage: Outage): string[] {
  const { what, process } = outage.cause;
  const name = `${outage.place.split(' ')[0]}`;
  const by = `${what} of ${process?.name} (run ${(process?.index ?? 0) + 1})`;
  if (outage.overlapping) return [`${name} lost a secret that worked by ${by}, though two can work at once`];
  if (process?.name === 'retire' || what.startsWith('iam DELETE'))
    return [`${name} lost a secret that it used by ${by}`];
  if (isDesk(outage.place))
    return process?.name.endsWith(ATTENDED) ? [] : [`${name} was cut off by ${by}, and nobody was at hand`];
  return lastedTooLong(played, outage) ? [`the outage of ${name} by ${by} did not end in time`] : [];
}

/** Somebody changed something after the run had looked, and before it wrote: nothing can be done about that. */
function overtaken({ laboratory }: Played, { cause, place, from, looks }: Outage): boolean {
  const { process } = cause as { process: Process };
  const seen = [looks?.get('iam'), looks?.get(place.split(' ')[0] ?? '')];
  const since = Math.min(...seen.map((at) => at ?? process.startedAt)) - laboratory.lagMs;
  return laboratory.simulation.deeds.some(({ at }) => since <= at && at <= from);
}

/**
 * A person has made the secret that a run adopts, and removed the policy by which the IAM keeps the one before. The IAM plants an end
 * of both, so the run has to write; nobody but an administrator can see that with any write, whoever's, what is kept ends.
 */
function endedWithPolicy({ laboratory, player }: Played, { cause, from }: Outage): boolean {
  const removed = laboratory.simulation.deeds.some(({ at, what }) => what === 'remove-policy' && at <= from);
  const record = player.records.find(({ process }) => process === cause.process?.index);
  if (!removed || !record || !/^iam PUT .* secret$/.test(cause.what)) return false;
  const { before, after } = record;
  const held = before.iam[before.current?.clientId ?? '']?.secret;
  return held !== before.current?.clientSecret && held === after.current?.clientSecret;
}

function lastedTooLong(played: Played, outage: Outage): boolean {
  const { laboratory, player, climate } = played;
  const { simulation } = laboratory;
  const { from, to = simulation.now, cause } = outage;
  if (simulation.deeds.some(({ at }) => from <= at && at <= to)) return false;
  const own = player.records.find(({ process }) => process === cause.process?.index);
  const endOfRun = own?.endedAt ?? cause.process?.endsAt ?? 0;
  const begun = own?.startedAt ?? from;
  const troubles = [
    ...(own && hasMet(played, own) ? [own.endedAt] : []),
    ...simulation.troubles.map(({ at }) => at),
    ...climate.windows.filter((window) => window.from <= to && window.to >= begun).map((window) => window.to),
  ].filter((at) => at >= begun && at <= to);
  if (troubles.length === 0) return outage.to === undefined || to > endOfRun;
  const until = player.records.filter(({ startedAt }) => startedAt <= to && startedAt < player.nextRunAt);
  if (to > Math.max(endOfRun, Math.max(...troubles) + REPEATS_WITHIN_MS))
    return !nobodyCould(until, 0) && !couldNotPlan(played, to);
  return false;
}

/**
 * The last run before an outage ended has asked a scheduler that was away for its repeat, each time that Lambda has begun it anew: its
 * message is in the dead-letter queue. A reminder of what a person has to do may be planned, and come hours later.
 */
function couldNotPlan({ laboratory, player }: Played, to: number): boolean {
  const ended = player.records.filter(({ endedAt }) => endedAt <= to);
  const last = ended.findLast(({ name, startedAt }) => name.startsWith('rotate') && startedAt < player.nextRunAt);
  if (!last || last.repeated) return false;
  const { troubles } = laboratory.simulation;
  return troubles.some(({ process, name }) => process === last.process && name.startsWith('scheduler'));
}

/** Where a clock is wrong by more than a lease no wait holds: two runs can meet, and the next one repairs what they leave. */
function hasMet({ player, laboratory }: Played, own: RunRecord): boolean {
  const unfencedMs = laboratory.timing.leaseMs - TIMING.httpTimeoutMs;
  return player.records.some(
    (other) =>
      other !== own &&
      other.credential === own.credential &&
      other.startedAt < own.endedAt &&
      own.startedAt < other.endedAt &&
      [own, other].some(({ aheadMs }) => Math.abs(aheadMs) > unfencedMs),
  );
}
