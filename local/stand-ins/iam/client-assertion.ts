import { compactVerify, decodeJwt, decodeProtectedHeader, errors, importJWK, type JWK, type JWTPayload } from 'jose';
import type { Client, Release } from './client.ts';
import { invalidCredentials, oauthError } from './errors.ts';

/** What an assertion is judged by. */
export interface AssertionJudge {
  readonly release: Release;
  readonly nowSeconds: number;
  /** The parties that an assertion may be for: the realm's issuer and its token endpoint. */
  readonly audiences: readonly string[];
  /** Notes an assertion. @returns whether it had been noted before */
  readonly isUsed: (jti: string, until: number) => boolean;
}

/** How old an assertion may be, in seconds. */
const LIFESPAN = 60;
/** By how much it may begin in the future. */
const SKEW = 15;

/**
 * Judges the assertion with which a client signs in, as Keycloak does: up to 26.0 more is taken, in other words.
 *
 * @param assertion a JWT whose subject is the client
 * @throws {KeycloakError} with Keycloak's own words
 * @see [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3)
 */
export async function judgeAssertion(client: Client, assertion: string, judge: AssertionJudge): Promise<void> {
  const rules = judge.release === '26.7' ? STRICT : LENIENT;
  const claims = decodeJwt(assertion);
  rules.parties(client, claims);
  const { alg, kid } = decodeProtectedHeader(assertion);
  const pinned = client.attributes['token.endpoint.auth.signing.alg'];
  if (pinned !== undefined && pinned !== alg) throw refused(rules.otherAlgorithm);
  await verify(assertion, keyOf(client, kid));
  rules.audience(claims, judge);
  rules.times(claims, judge.nowSeconds);
  const { jti, exp = 0 } = claims;
  if (jti === undefined) throw refused(rules.noId);
  if (judge.isUsed(jti, exp)) throw refused(`${rules.prefix}Token reuse detected`);
}

/** Whose assertion it is, as it says itself; undefined where it is no JWT. */
export function subjectOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

/** In what releases differ. */
interface Rules {
  readonly prefix: string;
  readonly otherAlgorithm: string;
  readonly noId: string;
  readonly parties: (client: Client, claims: JWTPayload) => void;
  readonly audience: (claims: JWTPayload, judge: AssertionJudge) => void;
  readonly times: (claims: JWTPayload, now: number) => void;
}

const FAILED = 'Client authentication with signed JWT failed: ';

const STRICT: Rules = {
  prefix: '',
  otherAlgorithm: 'Invalid signature algorithm',
  noId: 'Token jti claim is required',
  parties: ({ clientId }, { iss, sub }) => {
    if (iss !== clientId || sub !== clientId) throw invalidCredentials('invalid_client');
  },
  audience: ({ aud }, { audiences }) => {
    const named = [aud ?? []].flat();
    if (named.length > 1) throw refused('Multiple audiences not allowed');
    if (!named.some((one) => audiences.includes(one))) throw refused('Invalid token audience');
  },
  times: ({ iat, exp }, now) => {
    if (exp === undefined) throw refused('Token exp claim is required');
    if (exp < now) throw refused('Token is not active');
    if (iat === undefined && exp > now + LIFESPAN) throw refused(ENDS_LATE);
    if (iat !== undefined && iat > now + SKEW) throw refused('Token was issued in the future');
    if (iat !== undefined && iat < now - LIFESPAN) throw refused('Token was issued too far in the past to be used now');
  },
};

const ENDS_LATE = 'Token expiration is too far in the future and iat claim not present in token';

const LENIENT: Rules = {
  prefix: FAILED,
  otherAlgorithm: 'invalid signature algorithm',
  noId: `${FAILED}Missing ID on the token`,
  parties: ({ clientId }, { iss, sub }) => {
    if (iss !== clientId || sub !== clientId) {
      throw refused(`${FAILED}Issuer mismatch. The issuer should match the subject`);
    }
  },
  audience: ({ aud }, { audiences }) => {
    if ([aud ?? []].flat().some((one) => audiences.includes(one))) return;
    throw refused(`${FAILED}Token audience doesn't match domain.`);
  },
  times: ({ exp = 0 }, now) => {
    if (exp < now) throw refused(`${FAILED}Token is not active`);
  },
};

/** The key that is named; without a name, the first. */
function keyOf({ attributes }: Client, kid: string | undefined): JWK {
  const { keys = [] } = JSON.parse(attributes['jwks.string'] ?? '{}') as { keys?: JWK[] };
  const key = kid === undefined ? keys[0] : keys.find((one) => one.kid === kid);
  if (attributes['use.jwks.string'] !== 'true' || key === undefined) throw refused('Unable to load public key');
  return key;
}

async function verify(assertion: string, jwk: JWK): Promise<void> {
  try {
    await compactVerify(assertion, await importJWK(jwk, 'ES256'));
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw refused(`${FAILED}Signature on JWT token failed validation`);
  }
}

function refused(words: string) {
  return oauthError(400, 'invalid_client', words);
}
