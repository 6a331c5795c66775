/** An answer of Keycloak's that is no success: its status and its exact JSON body. */
export class KeycloakError extends Error {
  override readonly name = 'KeycloakError';
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;

  constructor(status: number, body: Readonly<Record<string, string>>) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

/** What Keycloak answers to whatever it didn't foresee. */
export function unknownError(): KeycloakError {
  return oauthError(500, 'unknown_error', 'For more on this error consult the server log.');
}

/** An error with a code and a description, as the token endpoint and parts of the admin API answer. */
export function oauthError(status: number, error: string, description: string): KeycloakError {
  return new KeycloakError(status, { error, error_description: description });
}

/** An error that consists of a sentence, as most of the admin API answers. */
export function adminError(status: number, error: string): KeycloakError {
  return new KeycloakError(status, { error });
}

/** The token endpoint's answer to a wrong secret (`unauthorized_client`) and to an unknown client (`invalid_client`). */
export function invalidCredentials(error: 'unauthorized_client' | 'invalid_client'): KeycloakError {
  return oauthError(401, error, 'Invalid client or Invalid client credentials');
}

/** The answer to a secret that could not even be compared. */
export function cannotAuthenticate(): KeycloakError {
  return oauthError(400, 'unauthorized_client', 'Unexpected error when authenticating client');
}
