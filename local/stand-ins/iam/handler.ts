import type { Handler } from '../serve.ts';
import { ADMIN_ROUTES } from './admin.ts';
import { demandExisting } from './admin-call.ts';
import { USER_ROUTES } from './belongings-admin.ts';
import { CONSENT_ROUTES, CONSENT_USER_ROUTES } from './consents.ts';
import type { IamEngine } from './engine.ts';
import { adminError, KeycloakError } from './errors.ts';
import type { Permission } from './realm.ts';
import type { TokenService } from './tokens.ts';

/** Those whose first group is a user, not a client. */
const OF_USERS = [...USER_ROUTES, ...CONSENT_USER_ROUTES];

const PATH = /^(?<prefix>\/auth)?(?<admin>\/admin)?\/realms\/(?<realm>[^/]+)(?<rest>\/.*)?$/;

/**
 * Serves an IAM as Keycloak does: the token endpoint and the part of the admin API that concerns a client's secret, below `/` and
 * below `/auth` alike. What it can't do it answers with 501 and the call's name.
 *
 * @example
 * const server = await serve(iamHandler(engine, localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID })));
 * // adminUrl: `${server.url}/auth/admin/realms/acmeprod`
 * // accessTokenUrl: `${server.url}/auth/realms/acmeprod/protocol/openid-connect/token`
 */
export function iamHandler(engine: IamEngine, tokens: TokenService): Handler {
  return async (request) => {
    try {
      return await route(engine, tokens, request);
    } catch (error) {
      if (error instanceof KeycloakError) return Response.json(error.body, { status: error.status });
      throw error;
    }
  };
}

function route(engine: IamEngine, tokens: TokenService, request: Request): Promise<Response> {
  const { origin, pathname } = new URL(request.url);
  const { prefix = '', admin, realm = '', rest = '' } = PATH.exec(pathname)?.groups ?? {};
  if (admin) return adminCall(engine, tokens, { request, realm, rest });
  if (rest !== '/protocol/openid-connect/token') throw notEmbedded(request);
  if (request.method !== 'POST') throw adminError(405, 'HTTP 405 Method Not Allowed');
  return tokens.answer(realm, `${origin}${prefix}/realms/${realm}`, request);
}

interface Routed {
  readonly request: Request;
  readonly realm: string;
  readonly rest: string;
}

async function adminCall(engine: IamEngine, tokens: TokenService, { request, realm, rest }: Routed): Promise<Response> {
  const permission = await permissionOf(engine, tokens, { request, realm });
  for (const route of [...ADMIN_ROUTES, ...CONSENT_ROUTES, ...OF_USERS]) {
    const [method, path, run] = route;
    const match = method === request.method && path.exec(rest);
    if (!match) continue;
    const call = { engine, realm, permission, request, uuid: match[1] ?? '' };
    if (match[1] !== undefined && !OF_USERS.includes(route)) demandExisting(call);
    return run(call);
  }
  throw notEmbedded(request);
}

/**
 * What the caller may do in this realm: nothing with another realm's token.
 *
 * @throws {KeycloakError} 401 without a valid token of a client that is enabled, 404 where there is no such realm
 */
async function permissionOf(
  engine: IamEngine,
  tokens: TokenService,
  { request, realm }: Omit<Routed, 'rest'>,
): Promise<Permission | undefined> {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const owner = await tokens.owner(token);
  const client = owner && engine.findClient(owner.realm, owner.clientId);
  if (!client?.enabled) throw adminError(401, 'HTTP 401 Unauthorized');
  const { permissions } = engine.realm(realm);
  return owner?.realm === realm ? permissions.get(client.id) : undefined;
}

function notEmbedded(request: Request): KeycloakError {
  return adminError(501, `the embedded IAM has no ${request.method} ${new URL(request.url).pathname}`);
}
