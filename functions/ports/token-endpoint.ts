import type { CredentialDocument } from '../credential/document.ts';
import type { Secret } from '../credential/secret/secret.ts';

/** The token endpoint's answer to a client-credentials request. */
export type TokenResult =
  | { readonly accepted: true; readonly accessToken: Secret }
  | { readonly accepted: false; readonly error: string; readonly description: string };

/** Where the credential is put to the test. */
export interface TokenEndpoint {
  /**
   * One client-credentials request with the document's four values, for a client that was found to be usable.
   *
   * @returns whether the *secret* was accepted. Whatever refuses the credentials of a usable client is a refusal of its secret, in
   *   words that can be told; everything else throws.
   * @throws {RotationError} `iam-unavailable` or `iam-timeout` when the IAM is down, which never means "wrong secret";
   *   `client-not-usable` when it refuses the client as such; `token-not-ours` when the token is for another client
   */
  request(document: CredentialDocument): Promise<TokenResult>;
}

/** The IFS projection that the connector reads first. */
export interface Projection {
  /** Reads the projection list with a token: 401 and 403 are a missing grant, which no rotation cures. */
  probe(accessToken: Secret): Promise<'ok' | 'refused' | 'unavailable'>;
}
