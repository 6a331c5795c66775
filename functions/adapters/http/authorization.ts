import { Secret } from '../../credential/secret/secret.ts';

/** The value of `Authorization` with an access token ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). */
export function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.reveal()}`);
}

/** The value of `Authorization` with a user's name and password ([RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)). */
export function basic({ username, password }: { readonly username: string; readonly password: Secret }): Secret {
  return new Secret(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`);
}
