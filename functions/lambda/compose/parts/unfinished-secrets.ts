import { parseDocument } from '../../../credential/document.ts';
import { isRotationError } from '../../../credential/errors.ts';
import { type Secret, sameSecret } from '../../../credential/secret/secret.ts';
import type { SecretStore } from '../../../ports/secret-store.ts';

/** In this order: what a run was about to set, and what it would have taken back. */
const LABELS = ['AWSPENDING', 'AWSCURRENT'] as const;

/**
 * The secrets of which the IAM may hold one after a run that died or could not finish: the candidate, which lies in the store before
 * the IAM is changed, and the current one, which an undo sets again.
 */
export async function unfinishedSecrets(store: Pick<SecretStore, 'versions' | 'read'>): Promise<readonly Secret[]> {
  const versions = await store.versions();
  const ids = LABELS.flatMap((label) => versions.find(({ stages }) => stages.includes(label))?.id ?? []);
  const values = await Promise.all([...new Set(ids)].map((id) => store.read(id)));
  const secrets = values.flatMap(secretIn);
  return secrets.filter((one, index) => !secrets.slice(0, index).some((other) => sameSecret(one, other)));
}

/** None in an intent, or in a version without a value. */
function secretIn(value: Secret | undefined): Secret[] {
  try {
    return value === undefined ? [] : [parseDocument(value).clientSecret];
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return [];
    throw error;
  }
}
