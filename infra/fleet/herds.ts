import { rateIntervalMs } from '../../functions/credential/schedule/expression.ts';
import { comingTimes } from '../../functions/credential/schedule/run-times.ts';
import { instantOf } from '../../functions/credential/schedule/wall-clock.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';

/** So many rotations on one minute need no spreading: Secrets Manager's quota holds them for a second or two. */
const FEW = 25;
/** Writes to Secrets Manager that a rotation needs: journal, promote, clear. */
const WRITES = 3;
/**
 * Writes a minute that Secrets Manager takes from an account in a region.
 *
 * @see [Secrets Manager quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
const WRITES_A_MINUTE = 50 * 60;

/** Runs are compared from this day on, so that a window depends on the file alone, and not on the day of the deployment. */
const REFERENCE = new Date('2026-01-01T00:00:00Z');
/** So many runs of a schedule are compared: a year and more of weekly ones. */
const COMPARED = 60;

/**
 * The flexible window that spreads rotations which begin on one minute over as long as Secrets Manager needs for their writes.
 *
 * @param rotations on that minute
 * @returns ISO 8601 in whole minutes, or undefined where none is needed
 */
export function windowFor(rotations: number): string | undefined {
  if (rotations <= FEW) return undefined;
  return `PT${Math.ceil((rotations * WRITES) / WRITES_A_MINUTE)}M`;
}

/** The credentials, each with the window that its herd needs. One that has a window of its own, `PT0S` included, keeps it. */
export function spread(credentials: readonly Credential[]): Credential[] {
  const minutesOf = remembering(minutesOfSchedule);
  const counts = new Map<string, number>();
  const active = credentials.filter(({ schedule }) => schedule.state === 'ENABLED');
  for (const { schedule } of active)
    for (const minute of minutesOf(schedule)) counts.set(minute, (counts.get(minute) ?? 0) + 1);
  return credentials.map((credential) => {
    const { schedule } = credential;
    if (schedule.flexibleWindow !== undefined) return credential;
    const most = minutesOf(schedule).reduce((so, minute) => Math.max(so, counts.get(minute) ?? 0), 0);
    const flexibleWindow = windowFor(most);
    return flexibleWindow === undefined ? credential : { ...credential, schedule: { ...schedule, flexibleWindow } };
  });
}

type Schedule = Credential['schedule'];

/** When a schedule begins a rotation. Of `rate()` nobody knows when: those of one interval may come together. */
function minutesOfSchedule({ expression, timezone }: Schedule): string[] {
  const interval = rateIntervalMs(expression);
  if (interval !== undefined) return [`every ${interval}`];
  return comingTimes(expression, REFERENCE)
    .slice(0, COMPARED)
    .flatMap((wall) => instantOf(wall, timezone) ?? [])
    .map(String);
}

/** Most of a fleet have one of a few schedules. */
function remembering<T>(work: (schedule: Schedule) => T): (schedule: Schedule) => T {
  const known = new Map<string, T>();
  return (schedule) => {
    const key = `${schedule.expression} ${schedule.timezone}`;
    const found = known.get(key) ?? work(schedule);
    known.set(key, found);
    return found;
  };
}
