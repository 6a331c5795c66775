import * as z from 'zod';
import type { Fetch } from '../../../functions/adapters/http/fetch.ts';
import { Secret, secretText } from '../../../functions/credential/secret/secret.ts';
import { failed } from '../../errors.ts';

/** Who administers the realm, and what was given to prove it. */
export type Administrator =
  | { readonly kind: 'user'; readonly tokenUrl: string; readonly name: string; readonly secret: Secret }
  | { readonly kind: 'client'; readonly tokenUrl: string; readonly name: string; readonly secret: Secret }
  | { readonly kind: 'token'; readonly secret: Secret };

/** The client with which an administrator of any realm signs in. */
const ADMIN_CLI = 'admin-cli';

const TokenAnswer = z.object({ access_token: secretText });

/**
 * Gets an administrator's access token. A person may look at a plan for longer than a token lives, so it is asked for again when it is
 * refused; a token that was given is all that there is.
 *
 * @throws {CliError} when the IAM refuses the administrator
 * @see [RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3), [§4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
 */
export async function administratorToken(administrator: Administrator, fetch: Fetch): Promise<Secret> {
  if (administrator.kind === 'token') return administrator.secret;
  const response = await fetch(administrator.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new Secret(new URLSearchParams(formOf(administrator)).toString()),
  });
  const answer = TokenAnswer.safeParse(await response.json().catch(() => undefined));
  if (response.ok && answer.success) return answer.data.access_token;
  throw failed({
    what: `The IAM refuses the administrator (HTTP ${response.status})`,
    detail: `The token endpoint is ${administrator.tokenUrl}`,
    next: `Look at the ${administrator.kind === 'user' ? 'name and the password' : 'Client ID and its secret'}, and at the realm in which the administrator is: --admin-realm. An administrator with a second factor gives an access token instead.`,
  });
}

function formOf({ kind, name, secret }: Exclude<Administrator, { kind: 'token' }>): Record<string, string> {
  if (kind === 'user')
    return { grant_type: 'password', client_id: ADMIN_CLI, username: name, password: secret.reveal() };
  return { grant_type: 'client_credentials', client_id: name, client_secret: secret.reveal() };
}
