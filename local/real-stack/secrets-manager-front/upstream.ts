import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The two ways to the emulator. */
export interface Upstream {
  /** Sends the caller's own request, unchanged. */
  readonly forward: () => Promise<Response>;
  /** An administrator's client, past the front. */
  readonly admin: SecretsManagerClient;
  /** Whether a version has a value, by its id, as far as the front has looked: that never changes. */
  readonly valued: Map<string, boolean>;
}

/** The members of a JSON answer. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
