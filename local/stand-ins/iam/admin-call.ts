import type { IamEngine } from './engine.ts';
import { adminError, oauthError, unknownError } from './errors.ts';
import type { Permission } from './realm.ts';

/** A call of the admin API, its caller known. */
export interface AdminCall {
  readonly engine: IamEngine;
  readonly realm: string;
  /** What the caller may do, undefined when nothing. */
  readonly permission: Permission | undefined;
  readonly request: Request;
  readonly uuid: string;
}

/** A method, a path below the realm whose first group is the uuid, and what is done. */
export type AdminRoute = readonly [
  method: string,
  path: RegExp,
  run: (call: AdminCall) => Promise<Response> | Response,
];

/**
 * Looks for the client before anything else is looked at, as Keycloak does.
 *
 * @throws {KeycloakError} 404 where there is none; 403 to a caller that may not list clients either
 */
export function demandExisting(call: AdminCall): void {
  const { engine, realm, permission, uuid } = call;
  if (engine.realm(realm).clients.has(uuid)) return;
  throw permission && mayList(permission) ? adminError(404, 'Could not find client') : forbidden(call);
}

/** @throws {KeycloakError} 403 to a caller that may not touch the client */
export function demand(call: AdminCall): void {
  if (!mayTouch(call.permission, call.uuid)) throw forbidden(call);
}

/** @throws {KeycloakError} 403 to all but an administrator of the realm */
export function demandRealm(call: AdminCall): void {
  if (call.permission?.kind !== 'realm-admin') throw forbidden(call);
}

/** Whether the caller may search for clients. */
export function mayList(permission: Permission): boolean {
  return permission.kind !== 'clients' || permission.list;
}

/** Whether the caller may view and manage a client. */
export function mayTouch(permission: Permission | undefined, uuid: string): boolean {
  if (permission?.kind === 'clients') return permission.clients.includes(uuid);
  return permission !== undefined;
}

/** Keycloak's answer to a caller without the permission. */
export function forbidden({ engine, realm }: AdminCall) {
  return adminError(403, engine.realm(realm).release === '22.0' ? 'unknown_error' : 'HTTP 403 Forbidden');
}

/** Keycloak's answer to a write. */
export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** The body. @throws {KeycloakError} 415, 500 or 400 where it is not JSON */
export async function jsonOf({ request, engine, realm }: AdminCall): Promise<unknown> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) {
    throw adminError(415, 'The content-type header value did not match the value in @Consumes');
  }
  const text = await request.text();
  if (text === '') throw unknownError();
  try {
    return JSON.parse(text);
  } catch {
    if (engine.realm(realm).release === '22.0') throw adminError(400, 'unknown_error');
    throw oauthError(400, 'invalid_request', 'Cannot parse the JSON');
  }
}
