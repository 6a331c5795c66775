import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import { didYouMean } from '../faults/did-you-mean.ts';

/** Whether a credential's secret, and its inbox, are there already: replicas that were promoted. The stack makes none then. */
export function isExisting(id: string, { existingSecrets }: Pick<Deployment, 'existingSecrets'>): boolean {
  return typeof existingSecrets === 'boolean' ? existingSecrets : existingSecrets.includes(id);
}

/** Ids of the context that no credential has. One line each. */
export function existingFaults(
  credentials: readonly Pick<Credential, 'id'>[],
  { existingSecrets }: Pick<Deployment, 'existingSecrets'>,
): string[] {
  if (typeof existingSecrets === 'boolean') return [];
  const ids = credentials.map(({ id }) => id);
  return existingSecrets.flatMap((id, index) =>
    ids.includes(id)
      ? []
      : [
          `context.existingSecrets[${index}]: '${id}' is not the id of a credential; ${didYouMean(id, ids) ?? 'true means all of them'}`,
        ],
  );
}
