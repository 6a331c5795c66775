import type { Schedule, SchedulerOptions, Schedules } from './engine.ts';
import { isOneTime, nextOccurrence } from './occurrences.ts';

interface Delivery {
  readonly schedule: Schedule;
  readonly executionId: string;
  /** Milliseconds since 1970, as the next one. */
  readonly scheduledTime: number;
  readonly attempt: number;
  readonly due: number;
  /** Whether the schedule has no further time after this one. */
  readonly last: boolean;
}

/** Fires what is due, and remembers deliveries that have to be repeated. */
export class Firing {
  readonly #schedules: Schedules;
  readonly #options: SchedulerOptions;
  #waiting: Delivery[] = [];

  constructor(schedules: Schedules, options: SchedulerOptions) {
    this.#schedules = schedules;
    this.#options = options;
  }

  /** Resolves when every delivery that was due has succeeded, failed or been put off. */
  async tick(now: number): Promise<void> {
    const repeats = this.#waiting.filter(({ due }) => due <= now);
    this.#waiting = this.#waiting.filter(({ due }) => due > now);
    const due = [...repeats, ...this.#schedules.all().flatMap((schedule) => this.#dueOf(schedule, now))];
    await Promise.all(due.map((delivery) => this.#deliver(delivery, now)));
  }

  /** Everything in between is done with, fired or not: a schedule that is paused does not catch up. */
  #dueOf(schedule: Schedule, now: number): Delivery[] {
    const times: number[] = [];
    const until = Math.min(now, endOf(schedule));
    let time = nextOccurrence(schedule.timing, schedule.cursor);
    for (; time !== undefined && time <= until; time = nextOccurrence(schedule.timing, time)) times.push(time);
    schedule.cursor = Math.max(now, schedule.cursor);
    if (schedule.State === 'DISABLED') return [];
    const over = time === undefined || time > endOf(schedule);
    return times
      .filter((one) => one >= startOf(schedule))
      .map((scheduledTime, i, { length }) => ({
        schedule,
        executionId: this.#schedules.newExecutionId(),
        scheduledTime,
        attempt: 1,
        due: scheduledTime,
        last: over && i === length - 1,
      }));
  }

  async #deliver(delivery: Delivery, now: number): Promise<void> {
    const { Target } = delivery.schedule;
    try {
      await this.#options.invoke(Target, fillIn(Target.Input ?? '{}', delivery));
    } catch (error) {
      if (this.#putOff(delivery, now)) return;
      this.#options.onDropped?.(delivery.schedule, error);
    }
    if (delivery.last && delivery.schedule.ActionAfterCompletion === 'DELETE')
      this.#schedules.delete(delivery.schedule);
  }

  /** With growing distance: 1 s, 2 s, 4 s up to 1 min. */
  #putOff(delivery: Delivery, now: number): boolean {
    const { MaximumRetryAttempts: most, MaximumEventAgeInSeconds: age } = delivery.schedule.Target.RetryPolicy;
    const due = now + Math.min(1000 * 2 ** (delivery.attempt - 1), 60_000);
    if (delivery.attempt > most || due - delivery.scheduledTime > age * 1000) return false;
    this.#waiting.push({ ...delivery, attempt: delivery.attempt + 1, due });
    return true;
  }
}

function startOf({ StartDate, ScheduleExpression }: Schedule): number {
  return isOneTime(ScheduleExpression) ? 0 : (StartDate?.getTime() ?? 0);
}

function endOf({ EndDate, ScheduleExpression }: Schedule): number {
  return isOneTime(ScheduleExpression) ? Number.POSITIVE_INFINITY : (EndDate?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** @see [Context attributes](https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html) */
function fillIn(input: string, { schedule, executionId, scheduledTime, attempt }: Delivery): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', new Date(scheduledTime).toISOString().replace(/\.\d{3}Z$/, 'Z'))
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}
