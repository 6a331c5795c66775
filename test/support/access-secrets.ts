import type { AccessSecrets } from '../../functions/ports/access-secrets.ts';

/**
 * Access secrets that are known beforehand: a first read gets the first document, and each fresh one the next, the last one
 * again and again.
 *
 * @param documents in the order in which they are stored one after the other
 */
export function accessSecretsOf(documents: readonly object[]): AccessSecrets & {
  /** For each read, whether Secrets Manager itself was to be asked. */
  readonly reads: boolean[];
} {
  const reads: boolean[] = [];
  let at = 0;
  return {
    reads,
    read: async (_secretId, _form, { fresh = false } = {}) => {
      reads.push(fresh);
      if (fresh) at = Math.min(at + 1, documents.length - 1);
      return documents[at] as never;
    },
  };
}
