import { parseDocument } from '../../credential/document.ts';
import { durationMs } from '../../credential/duration.ts';
import { isRotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { ConnectorVia, Credential } from '../../credential/settings/credential.ts';
import type { Connector, ConnectorSection } from '../../ports/connector.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Tasks } from '../../ports/tasks.ts';

/** What the adapter is made of. */
export interface ManualConnectorDeps {
  readonly tasks: Tasks;
  readonly store: Pick<SecretStore, 'read'>;
  readonly now: () => Date;
}

/** The two sections of a connector that a person fills in. */
const SECTIONS = ['designTime', 'runtime'] as const;

/**
 * A connector into which a person enters the secret. It holds what a named person has acknowledged last; a write opens a task for
 * that person, who has until the end of grace at most.
 */
export function manualConnector(
  { name, proof, within }: ConnectorVia<'manual'>,
  { grace }: Pick<Credential, 'grace'>,
  { tasks, store, now }: ManualConnectorDeps,
): Connector {
  const timeMs = Math.min(durationMs(within), durationMs(grace));
  return {
    name,
    proof,
    attended: true,
    read: async () => {
      const { tasks: open, acknowledgements } = await tasks.read();
      const said = acknowledgements.find(({ connector }) => connector === name);
      const task = open.find(({ kind, connector }) => kind === 'enter-secret' && connector === name);
      return {
        etag: said?.versionId ?? '',
        sections: await sectionsOf(store, said?.versionId),
        sectionsSkipped: 0,
        proof: 'attested',
        ...(said && { attestation: { by: said.by, at: said.at } }),
        ...(task && { handedOver: { versionId: task.versionId, dueAt: task.dueAt } }),
      };
    },
    write: async (_configuration, { id: versionId }) => {
      const openedAt = now();
      const dueAt = new Date(openedAt.getTime() + timeMs);
      await tasks.open({ kind: 'enter-secret', connector: name, versionId, openedAt, dueAt });
    },
  };
}

/** What was entered; nothing is known of a version that Secrets Manager has removed. */
async function sectionsOf(
  store: Pick<SecretStore, 'read'>,
  versionId: string | undefined,
): Promise<readonly ConnectorSection[]> {
  const value = versionId === undefined ? undefined : await store.read(versionId);
  const document = value === undefined ? undefined : usable(value);
  const secretFingerprintOf = document ? secretFingerprint(document.clientSecret) : null;
  const clientId = document?.clientId ?? '';
  return SECTIONS.map((path) => ({ path, clientId, secretFingerprint: secretFingerprintOf }));
}

function usable(value: Secret) {
  try {
    return parseDocument(value);
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return undefined;
    throw error;
  }
}
