import * as z from 'zod';
import { RotationError } from '../../credential/errors.ts';
import { secretText } from '../../credential/secret/secret.ts';
import type { Iam, IamClient } from '../../ports/iam.ts';
import { adminApi } from './admin-api.ts';
import { readJson } from './answer.ts';
import { parseClient, parseFound } from './client.ts';
import type { KeycloakCredential, SignInDeps } from './sign-in.ts';
import { endUpdate, probeUpdate, putBody, secretUpdate } from './updates.ts';

/**
 * Keycloak's admin REST API, as the client `iam.auth` of a credential. One access token is obtained for a run.
 *
 * @see [Admin REST API](https://www.keycloak.org/docs-api/latest/rest-api/index.html)
 */
export function keycloak(credential: KeycloakCredential, deps: SignInDeps): Iam {
  const { adminUrl } = credential.iam;
  const { call, signIn } = adminApi(credential, deps);
  const clientUrl = ({ id }: IamClient) => `${adminUrl}/clients/${encodeURIComponent(id)}`;

  const prepareOverlap = async (client: IamClient) => {
    const body = putBody(client, probeUpdate(deps.now()));
    await call(clientUrl(client), { method: 'PUT', body }, { repeated: true });
  };
  return {
    capabilities: { read: true, set: true, regenerate: true, overlap: true },
    signIn,
    find: async (clientId) => {
      const response = await call(`${adminUrl}/clients?clientId=${encodeURIComponent(clientId)}`, { method: 'GET' });
      return parseFound(await readJson(response), clientId);
    },
    prepareOverlap,
    probeOverlap: async (client) => {
      await prepareOverlap(client);
      return await seen(deps.sleep, async () => {
        const { secretExpiresAt } = parseClient(await readJson(await call(clientUrl(client), { method: 'GET' })));
        return secretExpiresAt !== undefined && secretExpiresAt > deps.now();
      });
    },
    setSecret: async (client, change) => {
      await call(clientUrl(client), { method: 'PUT', body: putBody(client, secretUpdate(change, deps.now())) });
    },
    regenerate: async (client) => {
      const response = await call(`${clientUrl(client)}/client-secret`, { method: 'POST' });
      const credential = z.object({ value: secretText }).safeParse(await readJson(response));
      if (credential.success) return credential.data.value;
      throw new RotationError('iam-unavailable', 'The IAM regenerated the secret, but its answer does not hold one');
    },
    endPrevious: async (client) => {
      await call(clientUrl(client), { method: 'PUT', body: putBody(client, endUpdate(client, deps.now())) });
    },
  };
}

/** When a look is repeated that found nothing: it may have been answered by a node that the write had not reached yet. */
const LOOKS_AFTER_MS = [200, 500, 1000] as const;

/** Whether something shows, by now or in a moment: only the last "no" counts. */
async function seen(sleep: (ms: number) => Promise<void>, look: () => Promise<boolean>): Promise<boolean> {
  for (const pause of LOOKS_AFTER_MS) {
    if (await look()) return true;
    await sleep(pause);
  }
  return await look();
}
