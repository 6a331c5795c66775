import { overlaps } from './combinations.ts';
import type { Outage } from './monitor.ts';
import { isDesk } from './parts.ts';
import type { Script } from './script.ts';
import { type RunRecord, stoodDown } from './truth.ts';

/** With overlap there is no outage; in-place each ends within its run, or the first repeat of it that may act. */
export function outageFaults(
  script: Script,
  outages: readonly Outage[],
  { records, nextRunAt }: { records: readonly RunRecord[]; nextRunAt: number },
): string[] {
  const faulty = new Set(script.faults.map(({ run }) => run));
  const hit = new Set(records.filter(({ process }) => faulty.has(process)).map(({ attempt }) => attempt));
  const lasted = (outage: Outage) => {
    const { to = Number.POSITIVE_INFINITY, from } = outage;
    const own = records.filter(({ startedAt }) => startedAt >= nextRunAt === from >= nextRunAt);
    return to > latestEnd(outage, own, hit);
  };
  const bad = outages
    .filter(({ cause, excused }) => cause.by !== 'person' && !excused)
    // Somebody is at hand, and no run can tell when that person is done.
    .filter(({ place }) => overlaps(script) || !isDesk(place))
    .filter((outage) => overlaps(script) || lasted(outage));
  if (bad.length === 0) return [];
  const places = [...new Set(bad.map(({ place }) => place.split(' ')[0]))].join(', ');
  if (overlaps(script)) return [`requests of ${places} failed`];
  return [`the outage of ${places} did not end within the run or its first repeat`];
}

/** When the runs that may have caused an outage, and the first repeat of each that may act and meets no fault itself, have ended. */
function latestEnd({ from }: Outage, records: readonly RunRecord[], hit: ReadonlySet<number>): number {
  const before = records.filter(({ startedAt }) => startedAt <= from);
  const around = before.filter(({ endedAt }) => endedAt >= from);
  const causes = around.length > 0 ? around : before.slice(-1);
  return Math.max(0, ...causes.map((cause) => endOfRepeat(cause, records, hit)));
}

function endOfRepeat(
  { attempt: first, endedAt }: RunRecord,
  records: readonly RunRecord[],
  hit: ReadonlySet<number>,
): number {
  const repeats = records.filter((one) => one.attempt > first && one.startedAt >= endedAt && !stoodDown(one));
  const unhit = repeats.find(({ attempt }) => !hit.has(attempt));
  // Each repeat met a fault of its own: then it is the next run's turn.
  if (!unhit && hit.size > 1) return Number.MAX_VALUE;
  const last = unhit?.attempt ?? first;
  return Math.max(...records.filter(({ attempt }) => attempt >= first && attempt <= last).map((one) => one.endedAt));
}
