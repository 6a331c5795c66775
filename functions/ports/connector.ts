import type { CredentialDocument } from '../credential/document.ts';
import type { Proof } from '../credential/proof.ts';

/** One section of a connector's configuration that holds our client. */
export interface ConnectorSection {
  /** `designTime`, `runtime`, `studioTestBench` or `machineUsers/<user>`; of an access secret `clientSecret`. */
  readonly path: string;
  readonly clientId: string;
  readonly secretFingerprint: string | null;
}

/** A connector's configuration, as far as it is ours. */
export interface ConnectorConfiguration {
  readonly etag: string;
  /** Sections of ours; at least one. */
  readonly sections: readonly ConnectorSection[];
  /** Sections with our Client ID, but another environment's token URL. */
  readonly sectionsSkipped: number;
  /** How it is known that the sections hold what they are said to hold. */
  readonly proof: Proof;
  /** With `attested`: who said so, and when. */
  readonly attestation?: { readonly by: string; readonly at: Date };
  /** A person was asked to enter a version, and has not said yet that it was done. */
  readonly handedOver?: { readonly versionId: string; readonly dueAt: Date };
}

/** A version of the credential's secret, and the document in it. */
export interface StoredVersion {
  readonly id: string;
  readonly document: CredentialDocument;
}

/** Somebody else wrote the configuration since it was read. */
export class ConfigurationChangedError extends Error {
  override readonly name = 'ConfigurationChangedError';
}

/**
 * The configuration of one OData connector. All methods throw a RotationError `connector-*`; `connector-timeout` and
 * `connector-unavailable` leave open whether a write was carried out. Where a person carries writes out, they throw `tasks-*`.
 */
export interface Connector {
  readonly name: string;
  /** The least proof that counts. */
  readonly proof: Proof;
  /**
   * Whether a person carries a write out: it asks that person, and the connector holds what it held until the person says so.
   */
  readonly attended: boolean;
  /**
   * For how long a write may still be carried out after it was given up, in milliseconds.
   *
   * @default - as long as an HTTP request may take
   */
  readonly lateMs?: number;

  /**
   * Reads the configuration. Repeated inside when it fails for a moment.
   *
   * @throws {RotationError} `section-not-found` when no section is ours
   */
  read(): Promise<ConnectorConfiguration>;

  /**
   * Everything of a write but its commit: what would keep it from being carried out shows before the IAM is changed. Harmless, and
   * repeated inside. Absent where a read shows all that can be known before.
   *
   * @throws {ConfigurationChangedError} when the configuration is no longer the one that was read
   */
  prepare?(configuration: ConnectorConfiguration): Promise<void>;

  /**
   * Writes the document of a version into every section of ours, in one request. Sent once. Where a person carries it out, a repeat
   * asks nobody again, and it doesn't matter what was read.
   *
   * @throws {ConfigurationChangedError} when the configuration is no longer the one that was read
   */
  write(configuration: ConnectorConfiguration, version: StoredVersion): Promise<void>;
}
