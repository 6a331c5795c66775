import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { IamEngine } from './engine.ts';
import { type Grant, judgeTokenRequest } from './token-request.ts';

/** Whose token it is. */
interface TokenOwner {
  readonly realm: string;
  readonly clientId: string;
}

/** Issues access tokens and recognises them again. */
export interface TokenService {
  /**
   * Answers a token request.
   *
   * @param issuer the realm's own URL
   * @throws {KeycloakError} when it is refused
   */
  answer(realm: string, issuer: string, request: Request): Promise<Response>;
  /** Whose token it is, or undefined when it isn't one of ours or is past its time. */
  owner(token: string): Promise<TokenOwner | undefined>;
}

/** What a token service takes from outside. */
export interface TokenDeps {
  /** Signs the tokens, with HS256: at least 32 bytes. */
  readonly key: Uint8Array;
  readonly randomUuid: () => string;
}

/** Nobody but the service itself verifies its tokens, so that one key is enough. */
const ALGORITHM = 'HS256';

/**
 * Issues tokens: JWTs with the claims that Keycloak puts into them, signed with a key that nobody else knows.
 *
 * @param engine says who gets one, and what time it is
 * @see [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)
 */
export function localTokens(engine: IamEngine, { key, randomUuid }: TokenDeps): TokenService {
  return {
    answer: async (realm, issuer, request) => {
      const grant = await judgeTokenRequest(engine, realm, request);
      const lifespan = engine.realm(realm).accessTokenLifespan;
      const claims = claimsOf(grant, { issuer, lifespan, iat: engine.nowSeconds, jti: randomUuid() });
      const body = {
        access_token: await new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' }).sign(key),
        expires_in: lifespan,
        refresh_expires_in: 0,
        token_type: 'Bearer',
      };
      const headers = { 'cache-control': 'no-store' };
      return Response.json({ ...body, 'not-before-policy': 0, scope: grant.scope }, { headers });
    },
    owner: async (token) => {
      const currentDate = new Date(engine.nowSeconds * 1000);
      const claims = await verified(token, key, currentDate);
      return claims && ownerIn(claims);
    },
  };
}

/** The claims of a token of ours whose time isn't over, or undefined. */
async function verified(token: string, key: Uint8Array, currentDate: Date): Promise<JWTPayload | undefined> {
  try {
    const options = { algorithms: [ALGORITHM], requiredClaims: ['exp'], currentDate };
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function ownerIn({ iss, client_id: clientId }: JWTPayload): TokenOwner {
  return { realm: decodeURIComponent(String(iss).split('/').at(-1) ?? ''), clientId: String(clientId) };
}

interface ClaimFacts {
  readonly issuer: string;
  readonly lifespan: number;
  readonly iat: number;
  readonly jti: string;
}

function claimsOf({ client, scope }: Grant, { issuer, lifespan, iat, jti }: ClaimFacts): JWTPayload {
  const { clientId } = client;
  return {
    exp: iat + lifespan,
    iat,
    jti,
    iss: issuer,
    aud: 'account',
    typ: 'Bearer',
    azp: clientId,
    scope,
    client_id: clientId,
  };
}
