import { isUsableSecret } from '../../credential/document.ts';
import { isRotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { NO_SECRET, type Secret } from '../../credential/secret/secret.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Run } from '../run/context.ts';
import { inOrder } from '../run/in-order.ts';
import { retryUntil } from './looks.ts';
import type { ConnectorView, PendingVersion } from './observation.ts';
import { known, mayBeLate, type Stored } from './submission.ts';

/** What is being read of the credential's secret and its inbox. */
export type Reading = { readonly [K in keyof Stored]: Promise<Stored[K]> };

/** An IAM that can't be read is asked about each secret that may be a client's, once those are known. */
export async function findClients(run: Run, { current, pending, submission }: Reading): Promise<IamClient[]> {
  const ids = clientIdsOf(run.credential);
  if (run.ports.iam.capabilities.read) return await Promise.all(ids.map((id) => findRecent(run, id)));
  const [stored, begun, submitted] = await inOrder([current, pending, submission]);
  const find = (id: string) =>
    findClient(run, id, known(id, { current: stored, pending: begun, submission: submitted }));
  // A node that has not heard of the refresh yet would have the submitted secret thrown away.
  return await retryUntil(
    run,
    () => Promise.all(ids.map(find)),
    (clients) => submitted === undefined || !mayBeLate(submitted, clients),
  );
}

/** A node that has not heard of what this run has done tells of the secret that was replaced. */
async function findRecent(run: Run, clientId: string): Promise<IamClient> {
  return await retryUntil(
    run,
    () => findClient(run, clientId),
    ({ secret }) => !run.ledger.mayBeLate(clientId, secretFingerprint(secret)),
  );
}

/**
 * The client, with a `fault` when it can't be used. Of two clients that alternate, one that can't be used, or is gone, must not
 * keep the other from being repaired.
 */
async function findClient(
  { ports, credential }: Run,
  clientId: string,
  known: readonly Secret[] = [],
): Promise<IamClient> {
  try {
    const client = await ports.iam.find(clientId, known);
    if (!ports.iam.capabilities.read || client.fault !== undefined || isUsableSecret(client.secret)) return client;
    return {
      ...client,
      fault: `The secret that the IAM holds for ${clientId} is empty or a mask: anybody could guess it`,
    };
  } catch (error) {
    if (clientIdsOf(credential).length === 1 || !isRotationError(error, 'client-not-found')) throw error;
    return { id: '', clientId, secret: NO_SECRET, fault: error.message };
  }
}

/** The Client IDs of the settings: one, or two that alternate. */
export function clientIdsOf({ clientId }: Credential): string[] {
  return [clientId].flat();
}

/**
 * Before there is a current document, the connectors tell which of two clients is in use; where only a person can tell, the one whose
 * secret was submitted is.
 */
export function firstInUse(
  { credential, ports }: Run,
  { connectors, clients }: { connectors: readonly ConnectorView[]; clients: readonly IamClient[] },
): string {
  const submitted = clients.find(({ secret }) => !ports.iam.capabilities.read && !secret.isEmpty)?.clientId;
  const used = connectors.flatMap(({ configuration }) => configuration?.sections ?? []).map(({ clientId }) => clientId);
  const ids = clientIdsOf(credential);
  return submitted ?? ids.find((id) => used.includes(id)) ?? (ids[0] as string);
}

export function findClientToRenew(
  clients: readonly IamClient[],
  inUse: IamClient,
  pending: PendingVersion['content'] | undefined,
): IamClient {
  const idle = clients.find(({ clientId }) => clientId !== inUse.clientId);
  const about = pending?.kind === 'candidate' ? pending.document.clientId : undefined;
  const wanted = (pending?.kind === 'regenerate' ? pending.clientId : about) ?? idle?.clientId;
  return clients.find(({ clientId }) => clientId === wanted) ?? inUse;
}
