import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod';
import type { Asked, Authorizer } from './authorizer.ts';

/** Whose tokens are taken. */
export interface JwtIssuer {
  /** As in `iss`. Its keys are found by its discovery document. */
  readonly issuer: string;
  /** One of them stands in `aud`, or in `client_id` where there is no `aud`. */
  readonly audience: readonly string[];
}

/** Options of {@link jwtAuthorizer}. */
interface JwtAuthorizerOptions extends JwtIssuer {
  /** The scope that a token needs for a route. */
  readonly scopeOf: (routeKey: string) => string;
}

/** The gateway takes RSA signatures only. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];
const Discovery = z.object({ jwks_uri: z.url() });

/**
 * Lets calls through that bring a token of one issuer with the scope of the route: 401 for any other token, 403 for another scope.
 *
 * @see [JWT authorizers](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
 * @see [What a 401 says](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html)
 */
export function jwtAuthorizer(options: JwtAuthorizerOptions): Authorizer {
  const keys = keysOf(options.issuer);
  return async (call) => {
    const token = tokenIn(call.request);
    if (token === undefined) return { refused: unauthorized('Bearer') };
    try {
      return decided(await verified(token, await keys(), { ...options, now: call.now }), call, options);
    } catch {
      return { refused: unauthorized('Bearer scope="" error="invalid_token"') };
    }
  };
}

/** The token alone, or with `Bearer` before it. */
function tokenIn(request: Request): string | undefined {
  return /^(?:bearer +)?(\S+)$/i.exec(request.headers.get('authorization')?.trim() ?? '')?.[1];
}

/** The issuer's keys, which are looked up at the first token, and again after a failure. */
function keysOf(issuer: string): () => Promise<JWTVerifyGetKey> {
  let known: JWTVerifyGetKey | undefined;
  return async () => (known ??= createRemoteJWKSet(await jwksUriOf(issuer)));
}

async function jwksUriOf(issuer: string): Promise<URL> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  return new URL(Discovery.parse(await response.json()).jwks_uri);
}

/** @throws {Error} unless the token is the issuer's, for this audience, and valid now */
async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, now }: JwtIssuer & { readonly now: Date },
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    algorithms: ALGORITHMS,
    currentDate: now,
    requiredClaims: ['exp'],
  });
  const { iat = 0, aud = payload.client_id } = payload;
  const meant = [aud].flat().some((one) => audience.includes(String(one)));
  if (!meant || iat * 1000 > now.getTime() || protectedHeader.kid === undefined) throw new Error('Not for this API');
  return payload;
}

function decided(claims: JWTPayload, { routeKey }: Asked, { scopeOf }: JwtAuthorizerOptions) {
  const { scope, scp } = claims;
  const granted = [scope ?? scp ?? []].flat().flatMap((one) => String(one).split(' '));
  if (!granted.includes(scopeOf(routeKey)))
    return { refused: Response.json({ message: 'Forbidden' }, { status: 403 }) };
  // The function gets every claim as text.
  const texts = Object.entries(claims).map(([name, value]) => [name, textOf(value)]);
  return { allowed: { jwt: { claims: Object.fromEntries(texts), scopes: granted } } };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(' ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unauthorized(challenge: string): Response {
  return Response.json({ message: 'Unauthorized' }, { status: 401, headers: { 'www-authenticate': challenge } });
}
