/** Signs with keys whose private part nobody can read: what the rotator proves itself with where it has no secret. */
export interface Signer {
  /**
   * Signs with ECDSA over P-256 and SHA-256 (ES256). Each call makes a signature of its own, and changes nothing.
   *
   * @param keyId the key's ARN, or its alias: `alias/…`
   * @param message what is signed: text of at most 4096 bytes
   * @returns 64 bytes: r and s, as JOSE has them
   * @throws {RotationError} `signer-unusable` when the key can't sign, or not for this function; `signer-unavailable` and
   *   `signer-throttled` when whoever keeps it can't be asked now
   * @see [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)
   */
  sign(keyId: string, message: string): Promise<Uint8Array>;
}
