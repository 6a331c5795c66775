import * as z from 'zod';
import { RotationError } from '../rotation/errors.ts';
import type { Credential } from '../rotation/settings.ts';
import type { Iam, IamClient } from './iam.ts';
import { type AdminApiDeps, adminApi, readJson } from './keycloak-admin-api.ts';
import { parseClient, parseFound } from './keycloak-client.ts';
import { probeUpdate, putBody, secretUpdate } from './keycloak-updates.ts';

/** What the adapter is made of. */
export interface KeycloakDeps extends AdminApiDeps {
  readonly now: () => Date;
}

/**
 * Keycloak's admin REST API, as the client `iam.auth` of a credential. One access token is obtained for a run.
 *
 * @see [Admin REST API](https://www.keycloak.org/docs-api/latest/rest-api/index.html)
 */
export function keycloak(credential: Pick<Credential, 'iam' | 'accessTokenUrl'>, deps: KeycloakDeps): Iam {
  const { adminUrl } = credential.iam;
  const call = adminApi(credential, deps);
  const clientUrl = ({ id }: IamClient) => `${adminUrl}/clients/${encodeURIComponent(id)}`;

  return {
    find: async (clientId) => {
      const response = await call(`${adminUrl}/clients?clientId=${encodeURIComponent(clientId)}`, { method: 'GET' });
      return parseFound(await readJson(response), clientId);
    },
    probeOverlap: async (client) => {
      const update = probeUpdate(deps.now());
      await call(clientUrl(client), { method: 'PUT', body: putBody(client, update) });
      const response = await call(clientUrl(client), { method: 'GET' });
      const { secretExpiresAt } = parseClient(await readJson(response));
      return String((secretExpiresAt?.getTime() ?? 0) / 1000) === update.attributes['client.secret.expiration.time'];
    },
    setSecret: async (client, change) => {
      await call(clientUrl(client), { method: 'PUT', body: putBody(client, secretUpdate(change, deps.now())) });
    },
    regenerate: async (client) => {
      const response = await call(`${clientUrl(client)}/client-secret`, { method: 'POST' });
      const credential = z.object({ value: z.string().min(1) }).safeParse(await readJson(response));
      if (credential.success) return credential.data.value;
      throw new RotationError('iam-unavailable', 'The IAM regenerated the secret, but its answer does not hold one');
    },
    endPrevious: async (client) => {
      await call(`${clientUrl(client)}/client-secret/rotated`, { method: 'DELETE' });
    },
  };
}
