/** A request that came to its end. Times are milliseconds since the epoch. */
export interface Completed {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Absent when it succeeded. */
  readonly error?: string;
}

/** A row of failures, as a user of the connector would have noticed it. Times are milliseconds since the epoch. */
interface Outage {
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
function addToOutages(outages: Outage[], { startedAt, endedAt, error }: Completed): void {
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

/** What is counted of the traffic. Times are milliseconds since the epoch. */
export interface Counts {
  /** When counting began. */
  readonly startedAt: number;
  /** Requests that came to their end. */
  requests: number;
  failed: number;
  /** Not sent, since too many were under way. */
  skipped: number;
  lastSuccessAt: number | null;
  /** The same counts for each secret that was used, by its fingerprint. */
  readonly bySecret: Record<string, { requests: number; failed: number }>;
  readonly outages: Outage[];
}

/** Counts of nothing yet. */
export function emptyCounts(startedAt: number): Counts {
  return { startedAt, requests: 0, failed: 0, skipped: 0, lastSuccessAt: null, bySecret: {}, outages: [] };
}

/**
 * Counts a request with the secret that it used, whatever the configuration holds by now.
 *
 * @param completed `secret` is the fingerprint of the secret that was used
 */
export function count(counts: Counts, { secret, ...completed }: Completed & { readonly secret: string }): void {
  const failed = completed.error === undefined ? 0 : 1;
  const { requests: before, failed: failedBefore } = counts.bySecret[secret] ?? { requests: 0, failed: 0 };
  counts.bySecret[secret] = { requests: before + 1, failed: failedBefore + failed };
  counts.requests += 1;
  counts.failed += failed;
  if (failed === 0) counts.lastSuccessAt = completed.endedAt;
  addToOutages(counts.outages, completed);
}
