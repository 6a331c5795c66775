import { readSecretValue, writeSecretValue } from '../aws/secrets.ts';
import type { Session } from '../aws/session.ts';
import { CliError } from '../errors.ts';
import type { SeenAccessSecret } from './prepare/seen.ts';

/** The access secret of a rotator, by the caller's own right. */
export interface RotatorSecret {
  /** How it compares with the secret that the IAM holds. @throws {CliError} when AWS fails */
  compare(secret: string | undefined): Promise<SeenAccessSecret>;
  /** Stores a secret. It is shown to nobody. @throws {CliError} */
  store(secret: string): Promise<void>;
}

/** @param secretId absent where the rotator has a key: then nothing is stored */
export function rotatorSecret(secretId: string | undefined, session: Session): RotatorSecret {
  if (secretId === undefined) return { compare: async () => 'none-needed', store: async () => {} };
  return {
    compare: async (secret) => await compared(secretId, secret, session),
    store: async (clientSecret) => void (await writeSecretValue({ name: secretId, value: { clientSecret } }, session)),
  };
}

async function compared(name: string, secret: string | undefined, session: Session): Promise<SeenAccessSecret> {
  try {
    const { text } = await readSecretValue(name, session);
    return secret !== undefined && clientSecretIn(text) === secret ? 'same' : 'differs';
  } catch (error) {
    const code = error instanceof CliError ? error.facts.code : undefined;
    if (code === 'ResourceNotFoundException') return 'absent';
    if (code === 'AccessDeniedException') return 'unknown';
    throw error;
  }
}

function clientSecretIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { clientSecret?: unknown }).clientSecret;
  } catch {
    return undefined;
  }
}
