import type { ClientAuthentication } from './client-credentials.ts';

/** What an assertion is made with. */
export interface AssertionDeps {
  /** Signs with ES256. @returns r and s, 64 bytes */
  readonly sign: (message: string) => Promise<Uint8Array>;
  readonly now: () => Date;
  /** Unique: an assertion is taken once. */
  readonly newId: () => string;
}

/**
 * How long before the present an assertion begins to be valid, in seconds: the clock of the server may be behind. Keycloak takes none
 * that begins later than 15 s from its own present.
 */
const BACKDATED_SECONDS = 20;
/** From its beginning. Keycloak takes none that is older. */
const LIFESPAN_SECONDS = 60;

/**
 * Client authentication by an assertion that the client's key signs: `private_key_jwt` with ES256. Each request gets an assertion of its
 * own, a repeated one too, since a server takes each assertion once. No key is named: the server knows one of this client.
 *
 * @param audience the one party that is to take it
 * @throws whatever `sign` throws
 * @see [RFC 7523 §2.2, §3](https://www.rfc-editor.org/rfc/rfc7523#section-3), [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)
 */
export function privateKeyJwt(audience: string, deps: AssertionDeps): ClientAuthentication {
  return async (_server, { client_id: clientId }, body) => {
    body.set('client_id', clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', await assertion({ clientId, audience }, deps));
  };
}

async function assertion(
  { clientId, audience }: { readonly clientId: string; readonly audience: string },
  { sign, now, newId }: AssertionDeps,
): Promise<string> {
  const iat = Math.floor(now().getTime() / 1000) - BACKDATED_SECONDS;
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: newId(), iat, exp: iat + LIFESPAN_SECONDS };
  const signed = `${encoded({ alg: 'ES256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${Buffer.from(await sign(signed)).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
