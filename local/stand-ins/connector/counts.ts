import { addToOutages, type Completed, type Outage } from './outages.ts';

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
