import * as z from 'zod';
import { type AdminCall, type AdminRoute, demandRealm, jsonOf } from './admin-call.ts';
import { adminError } from './errors.ts';

/** A user, as far as consents need one. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly consents: readonly Consent[];
}

/** A client, and the scopes in which a user lets it act. */
interface Granted {
  readonly clientId: string;
  readonly grantedClientScopes: readonly string[];
}

interface Consent extends Granted {
  /** Milliseconds since the epoch. */
  readonly createdDate: number;
  readonly lastUpdatedDate: number;
}

/** The part of the admin API that is about users and their consents. */
export const CONSENT_ROUTES: readonly AdminRoute[] = [
  ['POST', /^\/partialImport$/, importUsers],
  ['GET', /^\/users$/, findUsers],
];

/** Those of one user, whose id is the first group. */
export const CONSENT_USER_ROUTES: readonly AdminRoute[] = [['GET', /^\/users\/([^/]+)\/consents$/, getConsents]];

const Import = z.strictObject({
  users: z.array(
    z.strictObject({
      username: z.string().lowercase(),
      clientConsents: z.array(z.strictObject({ clientId: z.string(), grantedClientScopes: z.array(z.string()) })),
    }),
  ),
});

/** A consent by hand needs a browser: this is how an administrator moves one. What Keycloak would refuse isn't embedded. */
async function importUsers(call: AdminCall): Promise<Response> {
  demandRealm(call);
  const { engine, realm } = call;
  const { data } = Import.safeParse(await jsonOf(call));
  if (!data) throw adminError(501, 'the embedded IAM imports users with consents only');
  const at = engine.nowSeconds * 1000;
  for (const { username, clientConsents } of data.users) {
    if (usersOf(call, username).length > 0 || !clientConsents.every((consent) => isPossible(call, consent))) {
      throw adminError(501, 'the embedded IAM imports new users and possible consents only');
    }
    const consents = clientConsents.map((consent) => ({ ...consent, createdDate: at, lastUpdatedDate: at }));
    engine.createUser(realm, { username, consents });
  }
  return Response.json({ added: data.users.length, overwritten: 0, skipped: 0 });
}

function isPossible({ engine, realm }: AdminCall, { clientId, grantedClientScopes }: Granted): boolean {
  const client = engine.findClient(realm, clientId);
  const scopes = [...(client?.defaultClientScopes ?? []), ...(client?.optionalClientScopes ?? [])];
  return client !== undefined && grantedClientScopes.every((scope) => scopes.includes(scope));
}

function findUsers(call: AdminCall): Response {
  demandRealm(call);
  const { pathname, searchParams } = new URL(call.request.url);
  if (searchParams.get('exact') !== 'true')
    throw adminError(501, `the embedded IAM has no GET ${pathname} but by an exact username`);
  return Response.json(usersOf(call, searchParams.get('username')).map(({ id, username }) => ({ id, username })));
}

function usersOf({ engine, realm }: AdminCall, name: string | null): User[] {
  return [...engine.realm(realm).users.values()].filter(({ username }) => username === name);
}

function getConsents(call: AdminCall): Response {
  demandRealm(call);
  const user = call.engine.realm(call.realm).users.get(call.uuid);
  if (!user) throw adminError(404, 'User not found');
  return Response.json(user.consents);
}
