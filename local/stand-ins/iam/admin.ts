import {
  type AdminCall,
  type AdminRoute,
  demand,
  demandRealm,
  forbidden,
  jsonOf,
  mayList,
  mayTouch,
  noContent,
} from './admin-call.ts';
import { BELONGINGS_ROUTES } from './belongings-admin.ts';
import { parseRepresentation, representationOf } from './client.ts';
import { adminError, oauthError, unknownError } from './errors.ts';
import { Policies, Profiles } from './policies.ts';

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
  ...BELONGINGS_ROUTES,
];

function listClients(call: AdminCall): Response {
  const { engine, realm, permission, request } = call;
  const clientId = new URL(request.url).searchParams.get('clientId');
  if (clientId === null) throw adminError(501, 'the embedded IAM lists clients by clientId only');
  if (!permission || !mayList(permission)) throw forbidden(call);
  const found = engine.findClient(realm, clientId);
  return Response.json(found && mayTouch(permission, found.id) ? [representationOf(found)] : []);
}

function getClient(call: AdminCall): Response {
  demand(call);
  return Response.json(representationOf(call.engine.client(call.realm, call.uuid)));
}

/** The body is read before the permission is looked at, as Keycloak does. */
async function putClient(call: AdminCall): Promise<Response> {
  const { release } = call.engine.realm(call.realm);
  const representation = parseRepresentation(await jsonOf(call), release);
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
  call.engine.putProfiles(call.realm, parsed(Profiles, await jsonOf(call)));
  return noContent();
}

function getPolicies(call: AdminCall): Response {
  demandRealm(call);
  return Response.json(call.engine.realm(call.realm).policies);
}

async function putPolicies(call: AdminCall): Promise<Response> {
  demandRealm(call);
  call.engine.putPolicies(call.realm, parsed(Policies, await jsonOf(call)));
  return noContent();
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  body: unknown,
): T {
  const result = schema.safeParse(body);
  if (!result.success) throw oauthError(400, 'unknown_error', 'Cannot parse the JSON');
  return result.data;
}
