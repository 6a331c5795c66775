import { Secret } from '../../functions/credential/secret/secret.ts';
import type { AccessSecrets } from '../../functions/ports/access-secrets.ts';

const SECRETS = ['clientSecret', 'token', 'password', 'privateKey', 'passphrase'];

/** A document as the port gives it. */
function wrapped(document: object): object {
  const entries = Object.entries(document).map(([name, value]) => [
    name,
    SECRETS.includes(name) && typeof value === 'string' ? new Secret(value) : value,
  ]);
  return Object.fromEntries(entries);
}

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
      return wrapped(documents[at] ?? {}) as never;
    },
  };
}
