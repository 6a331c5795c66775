import type { Credential } from '../../credential/settings/credential.ts';

/** A credential's schedule as EventBridge Scheduler has it, whatever the settings say. */
export interface RecurringSchedule {
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** By how much later than its time a run may begin, in milliseconds. */
  readonly windowMs: number;
  /** Since when it is as it is: made, changed last, or begun. */
  readonly changedAt: Date;
  readonly endsAt?: Date;
}

/** Something that is planned to happen once. */
export interface PlannedRun {
  readonly name: string;
  readonly what: 'retire' | 'repeat' | 'reminder';
  readonly at: Date;
}

/** What is planned. All methods throw a RotationError `schedule-throttled` or `schedule-unavailable`; nothing is changed by them. */
export interface ScheduleWatch {
  /** The ids of all credentials, a page at a time. */
  ids(): AsyncIterable<string>;

  /**
   * A credential's schedule, and the settings in it, from one answer.
   *
   * @throws {RotationError} `credential-unknown`, or `settings-invalid`
   */
  read(id: string): Promise<{ readonly credential: Credential; readonly schedule: RecurringSchedule }>;

  /** What is planned to happen once for a credential. */
  planned(id: string): Promise<readonly PlannedRun[]>;
}
