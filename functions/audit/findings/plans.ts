import { CronFault } from '../../credential/schedule/cron-field.ts';
import { nextTime } from '../../credential/schedule/run-times.ts';
import { hasManualDoor } from '../../credential/settings/credential.ts';
import type { Finding } from '../../ports/audit/records.ts';
import type { PlannedRun, RecurringSchedule } from '../../ports/audit/schedule-watch.ts';
import { graceEnd } from '../../rotation/plan/retire.ts';
import { leaseLeftMs } from '../../rotation/run/context.ts';
import { DAY_MS } from './dates.ts';
import type { Check, Sight } from './sight.ts';

/** What was planned may come so much later: Scheduler delivers for ten minutes, and Lambda tries three times in as many. */
const LATE_MS = 20 * 60_000;
/** From so long before its last run a schedule is said to end. */
const ENDS_MS = 30 * DAY_MS;

/** Did a run leave something unfinished? Within its lease, it may be alive. */
export const pendingLeft: Check = {
  kinds: ['pending-left'],
  find: (sight) => {
    const { labels, seen, planned } = sight;
    if (!labels) return undefined;
    const { pending, current } = labels;
    if (!pending || !isLeft(sight)) return [];
    const kind =
      pending.id === current?.id ? 'promoted, and not given to every connector' : seen?.pending?.content.kind;
    const next = planned && nextOf(planned, 'repeat', sight.now);
    const comes = next ? `; a run comes at ${next.at.toISOString()}` : '';
    const what = kind === undefined ? '' : ` (${kind})`;
    return [
      {
        kind: 'pending-left',
        about: pending.id,
        since: pending.createdAt,
        detail: `AWSPENDING is on version ${pending.id}${what}${comes}`,
      },
    ];
  },
};

function isLeft({ labels, now, leaseMs }: Sight): boolean {
  return labels?.pending !== undefined && leaseLeftMs(labels.pending.createdAt, now, leaseMs) === 0;
}

/** Did a repeat not come, or does none come although something is left to do? */
export const repeatOverdue: Check = {
  kinds: ['repeat-overdue'],
  find: (sight) => {
    const { planned, now } = sight;
    if (!planned) return undefined;
    const past = planned.filter(({ what }) => what !== 'retire').filter((run) => isPast(run, now));
    if (past.length > 0) return past.map(({ name, at }) => overdue('repeat-overdue', name, at));
    if (!isLeft(sight) || nextOf(planned, 'repeat', now)) return [];
    return [{ kind: 'repeat-overdue', detail: 'A run was left unfinished, and no repeat is planned' }];
  },
};

/** Did a retire not come, or does none come although a secret outlives its grace? */
export const retireOverdue: Check = {
  kinds: ['retire-overdue'],
  find: ({ planned, endedWorks, labels, now }) => {
    if (!planned || !labels) return undefined;
    const retires = planned.filter(({ what }) => what === 'retire');
    const past = retires.filter((run) => isPast(run, now));
    if (past.length > 0) return past.map(({ name, at }) => overdue('retire-overdue', name, at));
    if (!labels.previous) return [];
    if (endedWorks !== true || retires.length > 0) return [];
    return [
      { kind: 'retire-overdue', about: labels.previous.id, detail: 'Its grace is over, and no retire is planned' },
    ];
  },
};

function isPast({ at }: PlannedRun, now: Date): boolean {
  return now.getTime() - at.getTime() > LATE_MS;
}

function nextOf(planned: readonly PlannedRun[], kind: PlannedRun['what'], now: Date): PlannedRun | undefined {
  return planned.find((run) => run.what === kind && !isPast(run, now));
}

function overdue(kind: 'repeat-overdue' | 'retire-overdue', name: string, at: Date): Finding {
  return { kind, about: name, since: at, detail: `${name} was due at ${at.toISOString()}, and is still planned` };
}

/** Is the schedule off? Where a schedule would cut a manual connector off, it has to be. */
export const scheduleDisabled: Check = {
  kinds: ['schedule-disabled'],
  find: ({ schedule: { enabled, changedAt }, credential }) => {
    const hasToBe = credential.strategy === 'in-place' && hasManualDoor(credential);
    if (enabled || hasToBe) return [];
    return [{ kind: 'schedule-disabled', since: changedAt, detail: 'No run comes by schedule' }];
  },
};

/** Did a run not come that was due? A rotation that somebody asked for meanwhile stands in for it. */
export const scheduleMissed: Check = {
  kinds: ['schedule-missed'],
  find: ({ schedule, labels, lastRunAt, now }) => {
    if (!schedule.enabled) return [];
    if (!labels || lastRunAt === undefined) return undefined;
    const ran = lastRunAt === 'never' ? 0 : lastRunAt.getTime();
    const since = Math.max(schedule.changedAt.getTime(), labels.current?.createdAt.getTime() ?? 0, ran);
    const due = dueAfter(schedule, since);
    if (due === 'unknown') return undefined;
    if (due === undefined || due + schedule.windowMs + LATE_MS > now.getTime()) return [];
    const detail = `A run was due at ${new Date(due).toISOString()}, and none is recorded`;
    return [{ kind: 'schedule-missed', since: new Date(due), detail }];
  },
};

/** Does the schedule come to its end? An expression may name years, and a schedule may have an end. */
export const scheduleEnds: Check = {
  kinds: ['schedule-ends'],
  find: ({ schedule, now }) => {
    if (!schedule.enabled) return [];
    const goesOn = dueAfter(schedule, now.getTime() + ENDS_MS);
    if (goesOn === 'unknown') return undefined;
    if (goesOn !== undefined) return [];
    const next = dueAfter(schedule, now.getTime());
    const detail =
      typeof next === 'number'
        ? `A run comes at ${new Date(next).toISOString()}, and within 30 days the last one`
        : 'No run comes any more';
    return [{ kind: 'schedule-ends', detail }];
  },
};

/**
 * When a schedule fires next. Nobody here knows where the steps of a `rate()` began: the next one comes an interval later at the latest.
 * An expression that Scheduler has taken and that is not read here, and a zone that this Node does not know, tell nothing.
 */
function dueAfter({ expression, timezone, endsAt }: RecurringSchedule, after: number): number | undefined | 'unknown' {
  try {
    const next = nextTime({ expression, timeZone: timezone, anchor: after }, after);
    return next !== undefined && endsAt && next > endsAt.getTime() ? undefined : next;
  } catch (error) {
    if (error instanceof CronFault || error instanceof RangeError) return 'unknown';
    throw error;
  }
}

/** When the grace of the previous secret is over for certain, and what ends it had its time. */
export function graceIsOver({
  labels,
  credential,
  now,
  leaseMs,
}: Pick<Sight, 'labels' | 'credential' | 'now' | 'leaseMs'>): boolean {
  const { current, previous } = labels ?? {};
  if (!current || !previous) return false;
  return now.getTime() > graceEnd(credential, current.createdAt).getTime() + leaseMs + LATE_MS;
}
