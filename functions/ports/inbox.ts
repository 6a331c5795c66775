import type { Secret } from '../credential/secret/secret.ts';

/** A secret that a person has submitted. */
export interface Submission {
  /** The version of the inbox that holds it. */
  readonly versionId: string;
  readonly createdAt: Date;
  /** The secret; absent where what was submitted can't be one. */
  readonly secret?: Secret;
  /** Why what was submitted can't be a secret. Never a part of it. */
  readonly fault?: string;
}

/**
 * The inbox of a credential whose IAM only a person can change: a secret of Secrets Manager that operators may write and not read.
 * All methods throw a RotationError as those of the secret store do.
 */
export interface Inbox {
  /** What lies in the inbox; undefined when it is empty. */
  read(): Promise<Submission | undefined>;

  /** Empties the inbox, unless something else was submitted meanwhile. Idempotent. */
  empty(submission: Pick<Submission, 'versionId'>): Promise<void>;
}
