import type { SecretVersion } from '../secret-store.ts';

/** A version that has labels. */
export type LabelledVersion = Pick<SecretVersion, 'id' | 'stages'>;

/** The secrets of many credentials at once. */
export interface SecretList {
  /**
   * The labelled versions of credentials' secrets, in few calls. They may be those of five minutes ago: nothing is decided by them.
   *
   * @returns by id; a credential whose secret was not among the first few hundred is missing
   * @throws {RotationError} `store-*`
   */
  labelled(ids: readonly string[]): Promise<ReadonlyMap<string, readonly LabelledVersion[]>>;
}
