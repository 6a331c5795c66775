import type { AdminRequest } from './http.ts';

/**
 * Lets a client ask for scopes; those that the realm doesn't have are made.
 *
 * @param options.uuid Keycloak's id of the client
 * @param options.scopes `openid` is every client's
 * @see [Client scopes](https://www.keycloak.org/docs/latest/server_admin/index.html#_client_scopes)
 */
export async function allowScopes(
  call: AdminRequest,
  realm: string,
  { uuid, scopes }: { uuid: string; scopes: readonly string[] },
): Promise<void> {
  const { body: client } = await call('GET', `/${realm}/clients/${uuid}`);
  const allowed = ['openid', ...client.defaultClientScopes, ...client.optionalClientScopes];
  for (const scope of scopes.filter((one) => !allowed.includes(one))) {
    const id = (await findScope(call, realm, scope)) ?? (await createScope(call, realm, scope));
    await call('PUT', `/${realm}/clients/${uuid}/optional-client-scopes/${id}`);
  }
}

async function findScope(call: AdminRequest, realm: string, name: string): Promise<string | undefined> {
  const { body } = await call('GET', `/${realm}/client-scopes`);
  return (body as { id: string; name: string }[]).find((scope) => scope.name === name)?.id;
}

async function createScope(call: AdminRequest, realm: string, name: string): Promise<string | undefined> {
  const attributes = { 'include.in.token.scope': 'true' };
  await call('POST', `/${realm}/client-scopes`, { name, protocol: 'openid-connect', attributes });
  return await findScope(call, realm, name);
}
