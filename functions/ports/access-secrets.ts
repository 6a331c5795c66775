import type { Secret } from '../credential/secret/secret.ts';

/** The forms of an access secret, and the members that each of them must have. */
export interface AccessForms {
  readonly clientSecret: { readonly clientSecret: Secret };
  readonly token: { readonly token: Secret };
  readonly basic: { readonly username: string; readonly password: Secret };
  readonly tls: TlsDocument;
}

/** What TLS connections to a host are made with, all of it PEM: authorities, or a certificate with its key, or both. */
export interface TlsDocument {
  /** Authorities that are trusted instead of the public ones. */
  readonly ca?: string;
  /** The certificate that is shown when the host asks for one, and those between it and its authority. */
  readonly certificate?: string;
  readonly privateKey?: Secret;
  /** Opens an encrypted key. */
  readonly passphrase?: Secret;
}

/** The secrets with which the rotator itself gets in: at the IAM's admin API, at the connectors, and through a proxy. */
export interface AccessSecrets {
  /**
   * Reads an access secret, from memory while the function is warm.
   *
   * @param form which members it must have
   * @param options `fresh` asks Secrets Manager again: for one repeat after a refusal
   * @throws {RotationError} `access-secret-invalid` when it does not exist, lacks a member, or holds what can't be sent
   */
  read<F extends keyof AccessForms>(secretId: string, form: F, options?: { fresh?: boolean }): Promise<AccessForms[F]>;
}
