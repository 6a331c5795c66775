import type { Configuration } from '../stand-ins/connector/configuration.ts';
import { CONFIGURATIONS_PATH } from '../stand-ins/connector/handler.ts';

/** The example's credentials: the first one's IAM keeps previous secrets, the other one's doesn't. */
export const EXAMPLE_IDS = ['acme-prod', 'globex-prod'] as const;
/** What the provisioning of a fleet gives to a connector whose access the credentials share: that of the first one. */
export const CONNECTOR_TOKEN = `local-${EXAMPLE_IDS[0]}`;

const ACCESS = 'client-secret-rotation-access';
const CLIENT_ID = 'NC_Flow_OData';

/**
 * A fleet file for the full stack. Its first runs adopt and rotate at once, so that a first call shows a rotation.
 *
 * @param urls where Keycloak and the connector are, no slash at the end
 */
export function exampleFleet({ keycloakUrl, connectorUrl }: { keycloakUrl: string; connectorUrl: string }): object {
  return {
    credentials: EXAMPLE_IDS.map((id, index) => ({
      id,
      accessTokenUrl: tokenUrlOf(id, keycloakUrl),
      clientId: CLIENT_ID,
      grace: 'PT10M',
      iam: {
        adminUrl: `${keycloakUrl}/admin/realms/${realmOf(id)}`,
        auth: { clientId: 'flow-secret-rotator', secretId: `${ACCESS}/${id}/iam` },
        firstRun: 'renew',
      },
      connectors: [
        {
          name: 'IFS Production',
          url: `${connectorUrl}${CONFIGURATIONS_PATH}${id}`,
          auth: { type: 'bearer', secretId: `${ACCESS}/shared/connector` },
        },
      ],
      schedule: { expression: 'cron(0 3 ? * SUN *)' },
      tags: { overlap: index === 0 ? 'yes' : 'no' },
    })),
  };
}

/** What the connector of a credential holds at first. */
export function configurationOf(
  id: string,
  { keycloakUrl, clientSecret }: { keycloakUrl: string; clientSecret: string },
): Configuration {
  const accessTokenUrl = tokenUrlOf(id, keycloakUrl);
  return configurationWith({ name: 'IFS Production', accessTokenUrl, clientId: CLIENT_ID, clientSecret });
}

/** A connector's configuration with one and the same client at design time and at runtime. */
export function configurationWith({
  name,
  ...client
}: Readonly<Record<'name' | 'accessTokenUrl' | 'clientId' | 'clientSecret', string>>): Configuration {
  const section = { flowType: 'ClientCredentials' as const, ...client, scopes: 'openid microprofile-jwt' };
  return {
    name,
    serviceUri: new URL(client.accessTokenUrl).origin,
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: section, runtime: section },
  };
}

function tokenUrlOf(id: string, keycloakUrl: string): string {
  return `${keycloakUrl}/realms/${realmOf(id)}/protocol/openid-connect/token`;
}

function realmOf(id: string): string {
  return id.replaceAll('-', '');
}
