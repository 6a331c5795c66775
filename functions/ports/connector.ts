import type { CredentialDocument } from '../credential/document.ts';

/** One section of a connector's configuration that holds our client. */
export interface ConnectorSection {
  /** `designTime`, `runtime`, `studioTestBench` or `machineUsers/<user>`. */
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
}

/** Somebody else wrote the configuration since it was read. */
export class ConfigurationChangedError extends Error {
  override readonly name = 'ConfigurationChangedError';
}

/**
 * The configuration of one OData connector. All methods throw a RotationError `connector-*`; `connector-timeout` and
 * `connector-unavailable` leave open whether a write was carried out.
 */
export interface Connector {
  readonly name: string;

  /**
   * Reads the configuration. Repeated inside when it fails for a moment.
   *
   * @throws {RotationError} `section-not-found` when no section is ours
   */
  read(): Promise<ConnectorConfiguration>;

  /**
   * Writes the document into every section of ours, in one request. Sent once.
   *
   * @throws {ConfigurationChangedError} when the configuration is no longer the one that was read
   */
  write(configuration: ConnectorConfiguration, document: CredentialDocument): Promise<void>;
}
