import type { IamEngine } from './engine.ts';
import { signJws, verifyJws } from './jws.ts';
import { type Grant, judgeTokenRequest } from './token-request.ts';

/** Whose token it is. */
export interface TokenOwner {
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
  /** Signs the tokens. */
  readonly key: Buffer;
  readonly randomUuid: () => string;
}

/**
 * Issues tokens by itself: JWTs with the claims that Keycloak puts into them, signed with a key that nobody else knows.
 *
 * @param engine says who gets one
 */
export function localTokens(engine: IamEngine, { key, randomUuid }: TokenDeps): TokenService {
  return {
    answer: async (realm, issuer, request) => {
      const grant = await judgeTokenRequest(engine, realm, request);
      const lifespan = engine.realm(realm).accessTokenLifespan;
      const claims = claimsOf(grant, { issuer, lifespan, iat: engine.nowSeconds, jti: randomUuid() });
      const body = {
        access_token: signJws(claims, key),
        expires_in: lifespan,
        refresh_expires_in: 0,
        token_type: 'Bearer',
      };
      const headers = { 'cache-control': 'no-store' };
      return Response.json({ ...body, 'not-before-policy': 0, scope: grant.scope }, { headers });
    },
    owner: async (token) => {
      const claims = verifyJws(token, key);
      return claims && Number(claims.exp) > engine.nowSeconds ? ownerIn(claims) : undefined;
    },
  };
}

/** Whose token it is, by its issuer and client. */
export function ownerIn({ iss, client_id: clientId }: Record<string, unknown>): TokenOwner {
  return { realm: decodeURIComponent(String(iss).split('/').at(-1) ?? ''), clientId: String(clientId) };
}

interface ClaimFacts {
  readonly issuer: string;
  readonly lifespan: number;
  readonly iat: number;
  readonly jti: string;
}

function claimsOf({ client, scope }: Grant, { issuer, lifespan, iat, jti }: ClaimFacts) {
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
