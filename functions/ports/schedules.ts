import type { Credential } from '../credential/settings/credential.ts';
import type { SecretOverview } from './secret-store.ts';

/** Something to be done once, later. */
export interface OneTime {
  /** Unique in the group; planning the same name again is a success. */
  readonly name: string;
  readonly at: Date;
  readonly target: 'rotate' | 'retire';
  readonly event: object;
  /** How long each try may wait for its answer, in milliseconds. @default - what every call has */
  readonly tryMs?: number;
}

/** A credential's schedule, as a list has it. */
export interface ListedSchedule {
  readonly id: string;
  /** Since when its schedule, and the settings in it, are as they are. @default - Scheduler doesn't say */
  readonly changedAt?: Date;
}

/** A part of a list. */
interface SchedulesPage {
  readonly schedules: readonly ListedSchedule[];
  /** Leads to the next part; absent on the last one. */
  readonly nextToken?: string;
}

/**
 * EventBridge Scheduler: where the settings live, and what fires later. All methods throw a RotationError `schedule-throttled` or
 * `schedule-unavailable` when it doesn't answer as it should.
 */
export interface Schedules {
  /**
   * The settings of a credential, from its schedule.
   *
   * @param noticed gets what Secrets Manager has told of the credential's secret, where it was asked whether the stack wrote these settings
   * @throws {RotationError} `credential-unknown`, or `settings-invalid` when the schedule holds something else
   */
  settings(id: string, noticed?: (overview: SecretOverview) => void): Promise<Credential>;

  /**
   * Changes when a credential is rotated: its schedule and the settings in it, and nothing else of either. Idempotent.
   *
   * @throws {RotationError} `credential-unknown`; `request-invalid` when EventBridge Scheduler refuses the schedule; with `schedule-unavailable`
   *   it tells whether the schedule may have been changed
   */
  reschedule(id: string, schedule: Credential['schedule']): Promise<void>;

  /** Plans a one-time event. The schedule deletes itself once it has fired. */
  plan(oneTime: OneTime): Promise<void>;

  /**
   * A page of the credentials' schedules.
   *
   * @throws {RotationError} `request-invalid` when `nextToken` is not one that an earlier page gave
   */
  list(page: { limit: number; nextToken?: string | undefined }): Promise<SchedulesPage>;
}
