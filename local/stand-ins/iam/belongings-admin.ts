import { type AdminCall, type AdminRoute, demand, demandRealm, jsonOf, noContent } from './admin-call.ts';
import { authorizationOf, ownerOfUser, serviceAccountOf, withMapper } from './belongings.ts';
import { adminError } from './errors.ts';

/** The part of the admin API that is about what belongs to a client besides its representation. */
export const BELONGINGS_ROUTES: readonly AdminRoute[] = [
  ['GET', /^\/clients\/([^/]+)\/authz\/resource-server\/settings$/, getAuthorization],
  ['POST', /^\/clients\/([^/]+)\/authz\/resource-server\/import$/, importAuthorization],
  ['POST', /^\/clients\/([^/]+)\/protocol-mappers\/models$/, addMapper],
  ['GET', /^\/clients\/([^/]+)\/service-account-user$/, getServiceAccount],
  ['POST', /^\/clients\/([^/]+)\/roles$/, addRole],
  ['GET', /^\/clients\/([^/]+)\/roles$/, listRoles],
  ['DELETE', /^\/clients\/([^/]+)\/roles\/[^/]+$/, removeRole],
];

/** Those that are about the user behind a service account. The user's id is the first group. */
export const USER_ROUTES: readonly AdminRoute[] = [
  ['GET', /^\/users\/([^/]+)\/role-mappings\/clients\/[^/]+$/, getRolesOfUser],
  ['POST', /^\/users\/([^/]+)\/role-mappings\/clients\/[^/]+$/, giveRoles],
];

function getAuthorization(call: AdminCall): Response {
  demand(call);
  return Response.json(authorizationOf(client(call)));
}

async function importAuthorization(call: AdminCall): Promise<Response> {
  demand(call);
  authorizationOf(client(call));
  const authorization = (await jsonOf(call)) as Record<string, unknown>;
  call.engine.adjustClient(call.realm, call.uuid, { authorization });
  return noContent();
}

async function addMapper(call: AdminCall): Promise<Response> {
  demand(call);
  const { other } = withMapper(client(call), await jsonOf(call));
  call.engine.adjustClient(call.realm, call.uuid, { other });
  return new Response(null, { status: 201 });
}

function getServiceAccount(call: AdminCall): Response {
  demand(call);
  return Response.json(serviceAccountOf(client(call)));
}

async function addRole(call: AdminCall): Promise<Response> {
  demand(call);
  const { name } = (await jsonOf(call)) as { name: string };
  call.engine.adjustClient(call.realm, call.uuid, { roles: [...client(call).roles, name] });
  return new Response(null, { status: 201 });
}

function removeRole(call: AdminCall): Response {
  demand(call);
  const name = decodeURIComponent(new URL(call.request.url).pathname.split('/').at(-1) ?? '');
  const { roles } = client(call);
  if (!roles.includes(name)) throw adminError(404, 'Could not find role');
  call.engine.adjustClient(call.realm, call.uuid, { roles: roles.filter((role) => role !== name) });
  return noContent();
}

function listRoles(call: AdminCall): Response {
  demand(call);
  return Response.json(rolesOf(client(call).roles));
}

function getRolesOfUser(call: AdminCall): Response {
  demandRealm(call);
  return Response.json(rolesOf(owner(call).serviceAccountRoles));
}

async function giveRoles(call: AdminCall): Promise<Response> {
  demandRealm(call);
  const { id, serviceAccountRoles } = owner(call);
  const given = ((await jsonOf(call)) as { name: string }[]).map(({ name }) => name);
  call.engine.adjustClient(call.realm, id, { serviceAccountRoles: [...serviceAccountRoles, ...given] });
  return noContent();
}

function client({ engine, realm, uuid }: AdminCall) {
  return engine.client(realm, uuid);
}

function owner({ engine, realm, uuid }: AdminCall) {
  const found = engine.realm(realm).clients.get(ownerOfUser(uuid));
  if (!found) throw adminError(404, 'User not found');
  return structuredClone(found);
}

/** A role's id is its name here. */
function rolesOf(names: readonly string[]) {
  return names.map((name) => ({ id: name, name, clientRole: true }));
}
