import type { Credential, KeycloakSettings } from '../settings/credential.ts';
import { DAY_MS, mostRunsADay } from './run-times.ts';

/**
 * With more versions than this that are younger than a day no rotation begins: Secrets Manager keeps each for a day, and takes 100.
 * The rest is kept free for repairs, undos and ends of graces.
 */
export const MOST_YOUNG_VERSIONS = 70;

/** What decides how many versions a credential puts. Other faults may have left parts of it out. */
export interface Rotating {
  /** A schedule expression without a fault. */
  readonly expression: string;
  readonly strategy: Credential['strategy'] | undefined;
  readonly iam: { readonly renewal?: KeycloakSettings['renewal'] } | undefined;
}

/**
 * Says why a schedule runs more often than a run would begin a rotation: Secrets Manager keeps too few versions for it.
 *
 * @returns a sentence, or undefined when the versions suffice
 * @see [Quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
export function versionQuotaFault({ expression, strategy, iam }: Rotating, now: Date): string | undefined {
  // The candidate, with `regenerate` an intent before it, and with an overlap the intent of its retire.
  const versions = 1 + (iam?.renewal === 'regenerate' ? 1 : 0) + (strategy === 'in-place' ? 0 : 1);
  const runs = mostRunsADay(expression, { now, enough: MOST_YOUNG_VERSIONS });
  if (runs * versions <= MOST_YOUNG_VERSIONS) return undefined;
  const minutes = Math.ceil(DAY_MS / 60_000 / Math.floor(MOST_YOUNG_VERSIONS / versions));
  return `'${expression}' is too often: Secrets Manager keeps 100 versions of a secret within 24 hours, of which some are kept for repairs, and each run puts up to ${versions}; at most once in ${minutes} minutes`;
}
