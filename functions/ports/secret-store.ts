import type { Secret } from '../credential/secret/secret.ts';

/** One version of the credential's secret. */
export interface SecretVersion {
  readonly id: string;
  /** Staging labels; none on a deprecated version. */
  readonly stages: readonly string[];
  readonly createdAt: Date;
}

/** What Secrets Manager says of the secret as a whole. */
export interface SecretOverview {
  /** When anything about the secret changed last. */
  readonly changedAt: Date;
  /** The versions that carry a label, and no others. */
  readonly labelled: readonly Pick<SecretVersion, 'id' | 'stages'>[];
}

/** Another run has put other content under the same version id. */
export class VersionTakenError extends Error {
  override readonly name = 'VersionTakenError';
}

/** The label was not where the caller thought it was: somebody else moved it. */
export class StageMovedError extends Error {
  override readonly name = 'StageMovedError';
}

/**
 * The credential's secret in Secrets Manager. Every method is one call; the workflow has a budget of six for a rotation.
 * All of them throw a RotationError `store-*`, `secret-*`, `key-unusable` or `too-many-versions` when Secrets Manager refuses.
 * `store-throttled` is certain: nothing was carried out. `store-unavailable` is not.
 */
export interface SecretStore {
  /** The secret's name. */
  readonly secretId: string;

  /** Every version, deprecated ones included: labels, ids and dates from one answer. Once at each observation. */
  versions(): Promise<readonly SecretVersion[]>;

  /**
   * The value of a version. Immutable once it was put, so it can be read after the labels.
   *
   * @returns undefined when the version has none
   * @throws {RotationError} `document-invalid` when it is binary: that is a value, and none of ours
   */
  read(versionId: string): Promise<Secret | undefined>;

  /**
   * The version that carries AWSCURRENT at this moment, and its value.
   *
   * @returns undefined when there is none, or when it has no value
   * @throws {RotationError} `document-invalid` when it is binary
   */
  readCurrent(): Promise<{ readonly id: string; readonly value: Secret } | undefined>;

  /** When the secret changed last, and where its labels are. */
  describe(): Promise<SecretOverview>;

  /**
   * Puts a version with one label, idempotent by its id.
   *
   * @returns whether the answer proves that the version has the label now. A repeat that the SDK made on its own is a success,
   *   yet proves nothing.
   * @throws {VersionTakenError} when the id has other content
   */
  put(version: { id: string; value: Secret; stage: 'AWSCURRENT' | 'AWSPENDING' }): Promise<{ labelled: boolean }>;

  /**
   * Moves or removes a label: a compare-and-swap on `from`.
   *
   * @throws {StageMovedError} when `from` does not carry the label
   */
  moveStage(move: { stage: 'AWSCURRENT' | 'AWSPENDING'; from: string; to?: string }): Promise<void>;

  /**
   * Lets Secrets Manager rotate by its own four steps.
   *
   * @param versionId becomes the `ClientRequestToken`, which is the id of the new version
   * @returns the version's id; the steps go on after the answer
   * @throws {RotationError} `rotation-in-progress` while an earlier one is not complete
   */
  startRotation(versionId: string): Promise<string>;
}
