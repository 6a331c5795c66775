import * as z from 'zod';
import { RotationError } from '../../credential/errors.ts';
import { secretText } from '../../credential/secret/secret.ts';
import type { Iam, IamClient } from '../../ports/iam.ts';
import { adminApi } from './admin-api.ts';
import { readJson } from './answer.ts';
import { parseClient, parseFound } from './client.ts';
import type { KeycloakCredential, SignInDeps } from './sign-in.ts';
import { endUpdate, probeExpiry, probeUpdate, putBody, secretUpdate } from './updates.ts';

/**
 * Keycloak's admin REST API, as the client `iam.auth` of a credential. One access token is obtained for a run.
 *
 * @see [Admin REST API](https://www.keycloak.org/docs-api/latest/rest-api/index.html)
 */
export function keycloak(credential: KeycloakCredential, deps: SignInDeps): Iam {
  const { adminUrl } = credential.iam;
  const { call, signIn } = adminApi(credential, deps);
  const clientUrl = ({ id }: IamClient) => `${adminUrl}/clients/${encodeURIComponent(id)}`;

  /** @returns the expiry that was set */
  const prepareOverlap = async (client: IamClient) => {
    const expiresAt = probeExpiry(deps.now());
    const body = putBody(client, probeUpdate(expiresAt));
    await call(clientUrl(client), { method: 'PUT', body }, { repeated: true });
    return expiresAt;
  };
  return {
    capabilities: { read: true, set: true, regenerate: true, overlap: true },
    signIn,
    find: async (clientId) => {
      const response = await call(`${adminUrl}/clients?clientId=${encodeURIComponent(clientId)}`, { method: 'GET' });
      return parseFound(await readJson(response), clientId);
    },
    prepareOverlap: async (client) => void (await prepareOverlap(client)),
    probeOverlap: async (client) => {
      const expiresAt = await prepareOverlap(client);
      const look = async () => {
        const response = await call(clientUrl(client), { method: 'GET' });
        return parseClient(await readJson(response)).secretExpiresAt;
      };
      const isOurs = (shown: Date | undefined) => shown?.getTime() === expiresAt.getTime();
      // Another expiry that is still there once every node has heard of ours was kept for another probe.
      const shown = await lookUntil(deps.sleep, look, isOurs);
      return shown !== undefined && shown > deps.now();
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

/** When a look is repeated that shows something else: it may have been answered by a node that the write had not reached yet. */
const LOOKS_AFTER_MS = [200, 500, 1000] as const;

/** Looks until it shows what was written, or a moment has passed: then the last look counts. */
async function lookUntil<T>(
  sleep: (ms: number) => Promise<void>,
  look: () => Promise<T>,
  isWritten: (shown: T) => boolean,
): Promise<T> {
  for (const pause of LOOKS_AFTER_MS) {
    const shown = await look();
    if (isWritten(shown)) return shown;
    await sleep(pause);
  }
  return await look();
}
