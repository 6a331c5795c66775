import * as z from 'zod';
import type { Change, StoredConfiguration } from '../engine/contract.ts';

/** A configuration as it was read. */
export interface StoreReading {
  /** Differs after every write, whoever wrote; without a secret in it. */
  readonly revision: string;
  readonly configuration: StoredConfiguration;
}

/** What is kept on disk of a write that has begun: hashes, never a value. */
export const Plan = z.strictObject({
  /** The content's hash before and after; null where the store shows no content. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});

export type Plan = z.infer<typeof Plan>;

/** A change that is ready: what may refuse it has been asked. */
export interface Staged {
  readonly plan: Plan;
  /**
   * Carries the change out, all of it or nothing.
   *
   * @throws {AgentError} `configuration-changed` when somebody wrote since the reading
   */
  commit(): Promise<void>;
}

/** Where a store stands, compared with a plan. `unknown` where the store shows no content. */
export type Standing = 'before' | 'after' | 'other' | 'unknown';

/** Where a connector keeps its configuration. One call at a time; every method throws AgentError. */
export interface Store {
  /** Reads everything. Changes nothing. */
  read(): Promise<StoreReading>;

  /** Tries everything that a write needs, but the write. Leaves nothing behind. */
  prepare(): Promise<void>;

  /** Makes a change of a reading, in memory, and keeps a backup where the store has a content. The store itself stays as it is. */
  stage(reading: StoreReading, change: Change): Promise<Staged>;

  /** Where the store stands: asked after a commit that failed, and after a start that finds a journal. */
  standing(plan: Plan): Promise<Standing>;

  /**
   * Puts back what was there before the commit.
   *
   * @returns false when the store can't
   * @throws {AgentError} `take-back-failed`
   */
  takeBack(plan: Plan): Promise<boolean>;

  /** Removes the backup and what else a write leaves. Called when a write has ended, and at the start. */
  settle(): Promise<void>;
}
