import { type Client, type ClientRepresentation, type Release, representationOf } from './client.ts';
import { adminError, unknownError } from './errors.ts';

/** A client's authorization services, as they are imported and exported. */
export type AuthorizationSettings = Readonly<Record<string, unknown>>;

/**
 * What a PUT makes of a client's authorization services and of its service account: a switch that is absent counts as "off", that
 * of the service account up to 26.0 only. What was switched off is deleted; nobody asks.
 *
 * @throws {KeycloakError} 500 up to 26.0 where the service account goes and the authorization services stay
 */
export function settleBelongings(client: Client, representation: ClientRepresentation, release: Release): Client {
  const { authorizationServicesEnabled, serviceAccountsEnabled } = representation;
  const keepsAccount = serviceAccountsEnabled ?? release === '26.7';
  const keepsServices = authorizationServicesEnabled === true;
  if (!keepsAccount && keepsServices && client.serviceAccountsEnabled && release !== '26.7') throw unknownError();
  return {
    ...client,
    serviceAccountRoles: keepsAccount ? client.serviceAccountRoles : [],
    authorization: keepsServices ? (client.authorization ?? {}) : undefined,
  };
}

/** `GET …/authz/resource-server/settings`. @throws {KeycloakError} 404 while the authorization services are off */
export function authorizationOf({ authorization }: Client): AuthorizationSettings {
  if (authorization) return authorization;
  throw adminError(404, 'HTTP 404 Not Found');
}

/** The user behind a client's service account. @throws {KeycloakError} 400 where it has none */
export function serviceAccountOf({ id, clientId, serviceAccountsEnabled }: Client): { id: string; username: string } {
  if (serviceAccountsEnabled) return { id: `${USER}${id}`, username: `service-account-${clientId.toLowerCase()}` };
  throw adminError(400, `Service account not enabled for the client '${clientId}'`);
}

/** The uuid of the client whose service account this user is. */
export function ownerOfUser(userId: string): string {
  return userId.startsWith(USER) ? userId.slice(USER.length) : '';
}

/** A client with one protocol mapper more. */
export function withMapper(client: Client, mapper: unknown): Client {
  const { protocolMappers = [] } = representationOf(client) as { protocolMappers?: unknown[] };
  return { ...client, other: { ...client.other, protocolMappers: [...protocolMappers, mapper] } };
}

const USER = 'service-account-of-';
