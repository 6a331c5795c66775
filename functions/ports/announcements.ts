import type { Task } from './tasks.ts';

/** When a task is announced: when it is opened, at half of its time, at 80 % of it, and when its time is over. */
export const ANNOUNCEMENTS = ['opened', 'half', 'soon', 'overdue'] as const;

/** Where every event of ours says that it comes from. The functions may publish no other. */
export const EVENT_SOURCE = 'client-secret-rotation';

/** What tells people of a task. It holds no secret, only where the secret lies. */
export interface Announcement extends Pick<Task, 'kind' | 'versionId' | 'connector'> {
  readonly credential: string;
  readonly stage: (typeof ANNOUNCEMENTS)[number];
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly owner?: string;
  readonly instructions?: string;
  /** What to do, one sentence a step. */
  readonly steps: readonly string[];
}

/** Tells people that they are asked to do something. */
export interface Announcements {
  /**
   * Publishes one announcement. A repeat publishes it once more.
   *
   * @param tryMs how long one try may wait for an answer, in milliseconds @default - as long as the client waits
   * @throws {RotationError} `events-unavailable` when the event may not have been published
   */
  publish(announcement: Announcement, tryMs?: number): Promise<void>;
}
