import * as z from 'zod';
import { adminError, oauthError } from './errors.ts';

/** Releases of Keycloak that differ in what is embedded. */
export type Release = '22.0' | '26.0' | '26.7';

/** An IAM client as the engine keeps it. */
export interface Client {
  readonly id: string;
  clientId: string;
  enabled: boolean;
  publicClient: boolean;
  bearerOnly: boolean;
  serviceAccountsEnabled: boolean;
  clientAuthenticatorType: string;
  /** Absent with a public client. */
  secret: string | undefined;
  attributes: Record<string, string>;
  defaultClientScopes: readonly string[];
  optionalClientScopes: readonly string[];
  /** Roles of the client itself; a policy may name one. */
  roles: readonly string[];
  /** Whether the user behind the service account may log in. */
  serviceAccountUserEnabled: boolean;
  /** Roles of the client that its own service account has. */
  serviceAccountRoles: readonly string[];
  /** Resources, policies and permissions; undefined while the client's authorization services are off. */
  authorization: Readonly<Record<string, unknown>> | undefined;
  /** Fields without a meaning here, kept as they were sent. */
  other: Record<string, unknown>;
}

/** What a client is like that nothing else was said of. */
export const DEFAULT_CLIENT: Omit<Client, 'id' | 'clientId'> = {
  enabled: true,
  publicClient: false,
  bearerOnly: false,
  serviceAccountsEnabled: true,
  clientAuthenticatorType: 'client-secret',
  secret: undefined,
  attributes: {},
  defaultClientScopes: ['profile', 'email'],
  optionalClientScopes: ['address', 'phone', 'offline_access', 'organization', 'microprofile-jwt'],
  roles: [],
  serviceAccountUserEnabled: true,
  serviceAccountRoles: [],
  authorization: undefined,
  other: { protocol: 'openid-connect', standardFlowEnabled: false },
};

const flag = z.boolean().nullish();
const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]).nullish();
const names = z.array(z.string()).nullish();

const known = {
  id: text,
  clientId: text,
  enabled: flag,
  publicClient: flag,
  bearerOnly: flag,
  serviceAccountsEnabled: flag,
  authorizationServicesEnabled: flag,
  clientAuthenticatorType: text,
  secret: text,
  attributes: z.record(z.string(), text).nullish(),
  defaultClientScopes: names,
  optionalClientScopes: names,
};

/** Fields of Keycloak's client that the engine only keeps. */
const KEPT =
  'name description type rootUrl adminUrl baseUrl surrogateAuthRequired alwaysDisplayInConsole registrationAccessToken defaultRoles redirectUris webOrigins notBefore consentRequired standardFlowEnabled implicitFlowEnabled directAccessGrantsEnabled frontchannelLogout protocol authenticationFlowBindingOverrides fullScopeAllowed nodeReRegistrationTimeout registeredNodes protocolMappers clientTemplate useTemplateConfig useTemplateScope useTemplateMappers authorizationSettings access origin directGrantsOnly';

const ClientRepresentation = z.strictObject({
  ...known,
  ...Object.fromEntries(KEPT.split(' ').map((name) => [name, z.unknown().optional()])),
});

/** What a PUT of a client may carry; a field that is absent or null changes nothing. */
export type ClientRepresentation = { readonly [K in keyof typeof known]?: z.infer<(typeof known)[K]> };

/**
 * Reads the body of a client's PUT.
 *
 * @throws {KeycloakError} 400 when it isn't JSON, has an unknown field or a field of a wrong type; 500 when it is empty
 * @see [ClientRepresentation](https://www.keycloak.org/docs-api/latest/rest-api/index.html#ClientRepresentation)
 */
export function parseRepresentation(body: unknown, release: Release = '26.7'): ClientRepresentation {
  const result = ClientRepresentation.safeParse(body);
  if (result.success) return result.data as ClientRepresentation;
  const unknown = result.error.issues.find((issue) => issue.code === 'unrecognized_keys');
  if (!unknown) throw oauthError(400, 'unknown_error', 'Cannot parse the JSON');
  const told = `Unrecognized field ${JSON.stringify(unknown.keys[0])}`;
  throw adminError(
    400,
    `${release === '26.7' ? 'Invalid json representation for ClientRepresentation. ' : ''}${told}.`,
  );
}

/** A client with a representation's fields: those that are named replace, attributes merge, a blank attribute goes away. */
export function withRepresentation(client: Client, representation: ClientRepresentation): Client {
  const { id: _, attributes, authorizationServicesEnabled: _switch, ...fields } = representation;
  const named = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  const own = Object.fromEntries(named.filter(([name]) => name in known));
  const other = Object.fromEntries(named.filter(([name]) => !(name in known)));
  return {
    ...client,
    ...own,
    attributes: mergeAttributes(client.attributes, attributes ?? {}),
    other: { ...client.other, ...other },
  };
}

/** A client as the admin API shows it, its secret included. */
export function representationOf(client: Client) {
  const { roles: _r, serviceAccountUserEnabled: _u, serviceAccountRoles: _s, authorization, other, ...shown } = client;
  return {
    ...other,
    ...shown,
    ...(authorization && { authorizationServicesEnabled: true }),
    access: { view: true, configure: true, manage: true },
  };
}

function mergeAttributes(before: Record<string, string>, changes: Record<string, string | null | undefined>) {
  const merged = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    if (!value?.trim()) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}
