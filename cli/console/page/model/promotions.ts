import type { Credential, Run } from './answers.ts';

/** A version that became current. */
export interface Promotion {
  readonly version: string;
  /** When the IAM was given it, or was found to hold it. */
  readonly from: number;
  /** When it became current, as its run's report tells. */
  readonly at: number;
  /** Until when the IAM accepts it after the next one; undefined where it ended with the change, or nobody knows. */
  readonly acceptedUntil?: number;
}

const PROMOTING: readonly string[] = ['rotated', 'adopted', 'repaired', 'stored-not-applied'];

/**
 * The versions that became current, oldest first.
 *
 * @param runs newest first
 */
export function promotionsOf({ versionId, rotatedAt }: Credential, runs: readonly Run[]): Promotion[] {
  const found: Promotion[] = [];
  for (const run of chronological(runs)) {
    const { rotationId, outcome, startedAt, endedAt } = run;
    if (run.kind !== 'rotation' || !rotationId || !PROMOTING.includes(outcome ?? '')) continue;
    if (found.some(({ version }) => version === rotationId)) continue;
    const before = found.pop();
    if (before) found.push({ ...before, ...endOf(before, run, runs) });
    found.push({ version: rotationId, from: at(startedAt), at: at(endedAt) });
  }
  // The record of runs may be lost; the labels are the truth.
  if (versionId !== null && rotatedAt !== null && found.at(-1)?.version !== versionId)
    found.push({ version: versionId, from: at(rotatedAt), at: at(rotatedAt) });
  return found;
}

/** Runs that have ended, oldest first. */
export function chronological(runs: readonly Run[]): Run[] {
  return runs.filter(({ status, endedAt }) => status === 'ended' && endedAt !== undefined).toReversed();
}

/** When the IAM stops to accept the secret that a run has replaced. */
function endOf({ version }: Promotion, by: Run, runs: readonly Run[]): { acceptedUntil?: number } {
  if (by.previousRevoked === true) return { acceptedUntil: at(by.endedAt) };
  const retire = runs.find((run) => run.kind === 'retire' && run.versionId === version && run.outcome === 'retired');
  if (retire?.endedAt !== undefined) return { acceptedUntil: at(retire.endedAt) };
  if (typeof by.previousValidUntil !== 'string') return {};
  // A rotation that begins during a grace ends it first.
  const next = runs
    .filter((run) => run.kind === 'rotation' && at(run.startedAt) > at(by.endedAt) && run.rotationId)
    .at(-1);
  const until = at(by.previousValidUntil);
  return { acceptedUntil: next ? Math.min(until, at(next.startedAt)) : until };
}

function at(instant: string | undefined): number {
  return instant === undefined ? Number.NaN : Date.parse(instant);
}
