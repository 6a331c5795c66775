import type { KeycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import type { CreatedClient } from '../../local/real-stack/keycloak/clients.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';

/** A realm of operators whose tokens may be for the audience `rotation`. */
export interface OperatorsRealm {
  readonly issuer: string;
  /** A token of the operators' client, for the audience where the scope is one of the API's. */
  token(scope: string, options?: { readonly lifespanS?: number }): Promise<string>;
  /** A token with the same claims but for the issuer. */
  tokenOfAnotherRealm(): Promise<string>;
}

/** Both scopes of the API bring the audience with them. */
const SCOPES = ['rotation:read', 'rotation:write'];
const AUDIENCE = {
  name: 'audience',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { 'included.custom.audience': 'rotation', 'access.token.claim': 'true' },
};

/** Makes the realm, and another one like it. */
export async function operatorsRealm(
  keycloak: KeycloakAdmin,
  { name, url }: { readonly name: string; readonly url: string },
): Promise<OperatorsRealm> {
  const [own, other] = [await realmOf(keycloak, name), await realmOf(keycloak, `${name}-others`)];
  const tokenOf = async (realm: string, { clientId, secret }: CreatedClient, scope: string) =>
    (await requestToken(`${url}/realms/${realm}`, { clientId, secret, scope })).body.access_token as string;
  return {
    issuer: `${url}/realms/${name}`,
    token: async (scope, { lifespanS } = {}) => {
      const lifespan = { 'access.token.lifespan': lifespanS === undefined ? '' : String(lifespanS) };
      await keycloak.updateClient(name, own.uuid, { attributes: lifespan });
      return await tokenOf(name, own, scope);
    },
    tokenOfAnotherRealm: () => tokenOf(`${name}-others`, other, 'rotation:read'),
  };
}

async function realmOf(keycloak: KeycloakAdmin, realm: string): Promise<CreatedClient> {
  await keycloak.createRealm(realm);
  const client = await keycloak.createClient(realm, { clientId: 'operators' });
  await keycloak.allowScopes(realm, { uuid: client.uuid, scopes: SCOPES });
  for (const scope of SCOPES) {
    const { id = '' } = (await keycloak.api.clientScopes.findOneByName({ realm, name: scope })) ?? {};
    await keycloak.api.clientScopes.addProtocolMapper({ realm, id }, AUDIENCE);
  }
  return client;
}
