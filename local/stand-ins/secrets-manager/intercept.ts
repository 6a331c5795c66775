/**
 * Stands between a caller and a Secrets Manager, so that a test can inject a fault: answer in its place, lose the request
 * (throw without calling `forward`) or lose the reply (call it, then throw). A throw is a broken connection to an in-process
 * client, and HTTP 500 over a socket.
 *
 * @param operation the API's name, for example `PutSecretValue`
 * @param secretId the secret's name; empty for calls about no particular secret
 */
export type Intercept = (operation: string, secretId: string, forward: () => Promise<Response>) => Promise<Response>;

/** How often an operation was called on a secret. */
export interface CallCount {
  readonly operation: string;
  /** The secret's name; empty for calls about no particular secret. */
  readonly secretId: string;
  readonly count: number;
}

/** Counts calls by operation and secret. */
export function callCounter() {
  const counts = new Map<string, { operation: string; secretId: string; count: number }>();
  return {
    add: (operation: string, secretId: string): void => {
      const key = `${operation} ${secretId}`;
      const entry = counts.get(key) ?? { operation, secretId, count: 0 };
      counts.set(key, { ...entry, count: entry.count + 1 });
    },
    calls: (): CallCount[] => [...counts.values()],
    reset: (): void => counts.clear(),
  };
}
