import type { Handler } from '../serve.ts';
import { type SchedulerOptions, Schedules } from './engine.ts';
import { Firing } from './firing.ts';
import { schedulerHandler } from './handler.ts';

export type { SchedulerOptions } from './engine.ts';

/** An embedded EventBridge Scheduler. */
export interface Scheduler {
  readonly handler: Handler;
  /**
   * Fires everything that has become due since the last call, missed times included, each once.
   *
   * @param now milliseconds since 1970; the clock's time by default
   * @returns when all deliveries have been tried
   */
  tick(now?: number): Promise<void>;
  /**
   * Ticks by itself until the returned function is called. It doesn't keep the process alive.
   *
   * @param everyMs milliseconds
   */
  start(everyMs: number): () => void;
}

/**
 * An in-memory EventBridge Scheduler: `at()`, `rate()` and `cron()` in the schedule's time zone, retries, and deletion after
 * completion. A flexible window is stored, and a schedule fires at its beginning.
 *
 * @see [API reference](https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html)
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const schedules = new Schedules(options);
  const firing = new Firing(schedules, options);
  const tick = (now = schedules.now().getTime()) => firing.tick(now);
  return {
    handler: schedulerHandler(schedules),
    tick,
    start: (everyMs) => {
      const timer = setInterval(() => void tick(), everyMs).unref();
      return () => clearInterval(timer);
    },
  };
}
