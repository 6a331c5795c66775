/** A request that came to its end. Times are milliseconds since the epoch. */
export interface Completed {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Absent when it succeeded. */
  readonly error?: string;
}

/** A row of failures, as a user of the connector would have noticed it. Times are milliseconds since the epoch. */
export interface Outage {
  readonly firstFailureAt: number;
  lastFailureAt: number;
  /** When a request that was begun after the first failure succeeded; null while there was none. */
  recoveredAt: number | null;
  failed: number;
  /** How often each error was seen. */
  readonly errors: Record<string, number>;
}

/**
 * Adds a request to the list of outages, oldest first. Requests overlap: a success that was begun before an outage's first
 * failure doesn't end it, and a failure that was begun before its end still belongs to it.
 */
export function addToOutages(outages: Outage[], { startedAt, endedAt, error }: Completed): void {
  const last = outages.at(-1);
  if (error === undefined) {
    if (last && last.recoveredAt === null && startedAt >= last.firstFailureAt) last.recoveredAt = endedAt;
    return;
  }
  if (last && (last.recoveredAt === null || startedAt < last.recoveredAt)) {
    last.lastFailureAt = endedAt;
    last.failed += 1;
    last.errors[error] = (last.errors[error] ?? 0) + 1;
    return;
  }
  outages.push({
    firstFailureAt: endedAt,
    lastFailureAt: endedAt,
    recoveredAt: null,
    failed: 1,
    errors: { [error]: 1 },
  });
}
