import { Secret, sameSecret } from '../../functions/credential/secret/secret.ts';
import { documentOf } from '../access/entries.ts';
import { readSecretValue, writeSecretValue } from '../aws/secrets.ts';
import type { Session } from '../aws/session.ts';
import { CliError } from '../errors.ts';
import type { SeenAccessSecret } from './prepare/seen.ts';

/** The access secret of a rotator, by the caller's own right. */
export interface RotatorSecret {
  /** How it compares with the secret that the IAM holds. @throws {CliError} when AWS fails */
  compare(secret: Secret | undefined): Promise<SeenAccessSecret>;
  /** Stores a secret. It is shown to nobody. @throws {CliError} */
  store(secret: Secret): Promise<void>;
}

/** @param secretId absent where the rotator has a key: then nothing is stored */
export function rotatorSecret(secretId: string | undefined, session: Session): RotatorSecret {
  if (secretId === undefined) return { compare: async () => 'none-needed', store: async () => {} };
  return {
    compare: async (secret) => await compared(secretId, secret, session),
    store: async (secret) =>
      void (await writeSecretValue({ name: secretId, value: documentOf('clientSecret', secret, undefined) }, session)),
  };
}

async function compared(name: string, secret: Secret | undefined, session: Session): Promise<SeenAccessSecret> {
  try {
    const { text } = await readSecretValue(name, session);
    return sameSecret(clientSecretIn(text), secret) ? 'same' : 'differs';
  } catch (error) {
    const code = error instanceof CliError ? error.facts.code : undefined;
    if (code === 'ResourceNotFoundException') return 'absent';
    if (code === 'AccessDeniedException') return 'unknown';
    throw error;
  }
}

function clientSecretIn(text: Secret): Secret | undefined {
  try {
    const { clientSecret } = JSON.parse(text.reveal()) as { clientSecret?: unknown };
    return typeof clientSecret === 'string' ? new Secret(clientSecret) : undefined;
  } catch {
    return undefined;
  }
}
