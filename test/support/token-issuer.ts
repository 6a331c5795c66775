import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { serve } from '../../local/stand-ins/serve.ts';

/** An issuer of tokens, with a discovery document and a key. */
export interface TokenIssuer {
  readonly url: string;
  /** How often its discovery document was asked for. */
  readonly discoveries: () => number;
  /** Signs what it is given. */
  token(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  close(): Promise<void>;
}

/** Starts an issuer on loopback. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'RS256', use: 'sig' };
  let discoveries = 0;
  const server = await serve(async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === '/keys') return Response.json({ keys: [jwk] });
    if (pathname !== '/.well-known/openid-configuration') return new Response(null, { status: 404 });
    discoveries++;
    return Response.json({ issuer: origin, jwks_uri: `${origin}/keys` });
  });
  return {
    url: server.url,
    discoveries: () => discoveries,
    token: (claims, header) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: KID, ...header }).sign(privateKey),
    close: () => server.close(),
  };
}

const KID = 'one';

/** A token that nothing has signed. */
export function unsigned(claims: JWTPayload): string {
  return new UnsecuredJWT(claims).encode();
}
