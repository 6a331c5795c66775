import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Adapter, type Configuration } from 'oidc-provider';
import { request as send } from 'undici';
import type { IamEngine } from './engine.ts';
import { verifyEs256 } from './jws.ts';
import { acceptsSecret, type Grant, judgeTokenRequest } from './token-request.ts';
import { ownerIn, type TokenService } from './tokens.ts';

/** A token service that listens on loopback behind the scenes. */
export interface OidcTokens extends TokenService {
  close(): Promise<void>;
}

interface Issuer {
  readonly realm: string;
  readonly url: string;
}

/** What oidc-provider wants to know of a client's secret beforehand; the engine compares. */
const PLACEHOLDER = 'compared-by-the-engine';
const AUDIENCE = 'account';
const RESOURCE = `urn:${AUDIENCE}`;

/**
 * Lets oidc-provider issue the tokens: one provider for each realm's URL, signing with ES256. Clients and secrets stay in the
 * engine, which is asked at each request, so that a change takes effect at once; refusals are in Keycloak's words.
 *
 * It can't be shown an empty secret: oidc-provider takes that for none, where Keycloak logs it in.
 *
 * @param engine holds realms, clients and secrets. Its clock should be the machine's own, which oidc-provider goes by
 * @see [oidc-provider](https://github.com/panva/node-oidc-provider)
 */
export function oidcTokens(engine: IamEngine): OidcTokens {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...key.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'embedded' };
  const listening = new Map<string, Promise<Server>>();
  const listen = (issuer: Issuer): Promise<Server> => {
    const server = listening.get(issuer.url) ?? start(providerFor(engine, issuer, jwk));
    listening.set(issuer.url, server);
    return server;
  };
  return {
    answer: async (realm, url, request) => {
      const grant = await judgeTokenRequest(engine, realm, request.clone() as Request);
      return forward(await listen({ realm, url }), request, grant);
    },
    owner: async (token) => {
      const claims = verifyEs256(token, key.publicKey);
      return claims && Number(claims.exp) > engine.nowSeconds ? ownerIn(claims) : undefined;
    },
    close: async () => {
      await Promise.all([...listening.values()].map(async (server) => stop(await server)));
    },
  };
}

function providerFor(engine: IamEngine, { realm, url }: Issuer, jwk: object): Provider {
  const provider = new Provider(url, configurationFor(engine, realm, jwk));
  provider.Client.prototype.compareClientSecret = function compare(secret: string) {
    const client = engine.findClient(realm, this.clientId);
    return client !== undefined && acceptsSecret(client, secret, engine.nowSeconds);
  };
  return provider;
}

function configurationFor(engine: IamEngine, realm: string, jwk: object): Configuration {
  return {
    adapter: () => clientsOf(engine, realm),
    jwks: { keys: [jwk] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    routes: { token: '/token' },
    ttl: { ClientCredentials: () => engine.realm(realm).accessTokenLifespan },
    extraTokenClaims: (_, token) => ({ azp: token.clientId, typ: 'Bearer' }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: (_, __, { clientId }) => {
          const client = engine.findClient(realm, clientId);
          const scopes = ['openid', ...(client?.optionalClientScopes ?? []), ...(client?.defaultClientScopes ?? [])];
          return {
            scope: scopes.join(' '),
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: engine.realm(realm).accessTokenLifespan,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  };
}

/** The engine's clients as oidc-provider reads them. Nothing else is ever stored: a JWT needs no record. */
function clientsOf(engine: IamEngine, realm: string): Adapter {
  const nothing = async () => undefined;
  return {
    find: async (id) =>
      engine.findClient(realm, id) && {
        client_id: id,
        client_secret: PLACEHOLDER,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    upsert: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
}

/** The request as it came, but with all scopes that are granted: Keycloak answers more than is asked for. */
async function forward(server: Server, request: Request, { scope }: Grant): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  form.set('scope', scope);
  const authorization = request.headers.get('authorization');
  const { statusCode, body } = await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...(authorization && { authorization }) },
    body: form.toString(),
  });
  return Response.json(await body.json(), { status: statusCode, headers: { 'cache-control': 'no-store' } });
}

async function start(provider: Provider): Promise<Server> {
  const server = createServer(provider.callback());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
