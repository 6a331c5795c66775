import type { PublishedEvent } from '../credential/published/vocabulary.ts';

/** Tells whoever listens what happened, or what a person is asked to do. */
export interface Events {
  /**
   * Publishes one event. A repeat publishes it once more.
   *
   * @param tryMs how long one try may wait for an answer, in milliseconds @default - as long as the client waits
   * @throws {RotationError} `events-unavailable` when the event may not have been published
   */
  publish(event: PublishedEvent, tryMs?: number): Promise<void>;
}
