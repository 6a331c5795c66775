import { parseRepresentation, representationOf } from './client.ts';
import type { IamEngine } from './engine.ts';
import { adminError, oauthError, unknownError } from './errors.ts';
import type { Permission } from './permission.ts';
import { Policies, Profiles } from './policies.ts';

/** A call of the admin API, its caller known. */
export interface AdminCall {
  readonly engine: IamEngine;
  readonly realm: string;
  /** What the caller may do, undefined when nothing. */
  readonly permission: Permission | undefined;
  readonly request: Request;
  readonly uuid: string;
}

type AdminRoute = readonly [method: string, path: RegExp, run: (call: AdminCall) => Promise<Response> | Response];

/** What the embedded admin API can do. The path begins after the realm. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ['GET', /^\/clients$/, listClients],
  ['GET', /^\/clients\/([^/]+)$/, getClient],
  ['PUT', /^\/clients\/([^/]+)$/, putClient],
  ['GET', /^\/clients\/([^/]+)\/client-secret$/, getSecret],
  ['POST', /^\/clients\/([^/]+)\/client-secret$/, regenerateSecret],
  ['GET', /^\/clients\/([^/]+)\/client-secret\/rotated$/, getRotated],
  ['DELETE', /^\/clients\/([^/]+)\/client-secret\/rotated$/, deleteRotated],
  ['GET', /^\/client-policies\/profiles$/, getProfiles],
  ['PUT', /^\/client-policies\/profiles$/, putProfiles],
  ['GET', /^\/client-policies\/policies$/, getPolicies],
  ['PUT', /^\/client-policies\/policies$/, putPolicies],
];

function listClients({ engine, realm, permission, request }: AdminCall): Response {
  const clientId = new URL(request.url).searchParams.get('clientId');
  if (clientId === null) throw adminError(501, 'the embedded IAM lists clients by clientId only');
  if (!permission || !mayList(permission)) throw forbidden();
  const found = engine.findClient(realm, clientId);
  return Response.json(found && mayTouch(permission, found.id) ? [representationOf(found)] : []);
}

function getClient(call: AdminCall): Response {
  demand(call);
  return Response.json(representationOf(call.engine.client(call.realm, call.uuid)));
}

/** The body is read before the permission is looked at, as Keycloak does. */
async function putClient(call: AdminCall): Promise<Response> {
  const representation = parseRepresentation(await jsonOf(call.request));
  demand(call);
  call.engine.updateClient(call.realm, call.uuid, representation);
  return noContent();
}

function getSecret(call: AdminCall): Response {
  demand(call);
  const { secret } = call.engine.client(call.realm, call.uuid);
  return Response.json({ type: 'secret', ...(secret !== undefined && { value: secret }) });
}

function regenerateSecret(call: AdminCall): Response {
  demand(call);
  return Response.json({ type: 'secret', value: call.engine.regenerateSecret(call.realm, call.uuid) });
}

function getRotated(call: AdminCall): Response {
  demand(call);
  return Response.json({ type: 'secret', value: call.engine.rotatedSecret(call.realm, call.uuid) });
}

/** Without permission Keycloak fails over this call instead of refusing it. */
function deleteRotated(call: AdminCall): Response {
  if (!mayTouch(call.permission, call.uuid)) throw unknownError();
  call.engine.endOverlap(call.realm, call.uuid);
  return noContent();
}

function getProfiles(call: AdminCall): Response {
  demandRealm(call);
  return Response.json(call.engine.realm(call.realm).profiles);
}

async function putProfiles(call: AdminCall): Promise<Response> {
  demandRealm(call);
  call.engine.putProfiles(call.realm, parsed(Profiles, await jsonOf(call.request)));
  return noContent();
}

function getPolicies(call: AdminCall): Response {
  demandRealm(call);
  return Response.json(call.engine.realm(call.realm).policies);
}

async function putPolicies(call: AdminCall): Promise<Response> {
  demandRealm(call);
  call.engine.putPolicies(call.realm, parsed(Policies, await jsonOf(call.request)));
  return noContent();
}

/**
 * Looks for the client before anything else is looked at, as Keycloak does.
 *
 * @throws {KeycloakError} 404 where there is none; 403 to a caller that may not list clients either
 */
export function demandExisting({ engine, realm, permission, uuid }: AdminCall): void {
  if (engine.realm(realm).clients.has(uuid)) return;
  throw permission && mayList(permission) ? adminError(404, 'Could not find client') : forbidden();
}

function demand({ permission, uuid }: AdminCall): void {
  if (!mayTouch(permission, uuid)) throw forbidden();
}

function demandRealm({ permission }: AdminCall): void {
  if (permission?.kind !== 'realm-admin') throw forbidden();
}

function mayList(permission: Permission): boolean {
  return permission.kind === 'realm-admin' || permission.list;
}

function mayTouch(permission: Permission | undefined, uuid: string): boolean {
  return permission?.kind === 'realm-admin' || (permission?.clients.includes(uuid) ?? false);
}

function forbidden() {
  return adminError(403, 'HTTP 403 Forbidden');
}

function noContent(): Response {
  return new Response(null, { status: 204 });
}

async function jsonOf(request: Request): Promise<unknown> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) {
    throw adminError(415, 'The content-type header value did not match the value in @Consumes');
  }
  const text = await request.text();
  if (text === '') throw unknownError();
  try {
    return JSON.parse(text);
  } catch {
    throw oauthError(400, 'invalid_request', 'Cannot parse the JSON');
  }
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  body: unknown,
): T {
  const result = schema.safeParse(body);
  if (!result.success) throw oauthError(400, 'unknown_error', 'Cannot parse the JSON');
  return result.data;
}
