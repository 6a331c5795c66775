import type { Credential, KeycloakSettings } from '../functions/credential/settings/credential.ts';
import { DAY_MS, mostRunsADay } from './run-times.ts';

/** Secrets Manager holds 100 versions of a secret, and removes none that is younger than a day. Some are kept for repairs. */
const VERSIONS_A_DAY = 96;

/** What decides how many versions a credential puts. Other faults may have left parts of it out. */
export interface Rotating {
  /** A schedule expression without a fault. */
  readonly expression: string;
  readonly strategy: Credential['strategy'] | undefined;
  readonly iam: { readonly renewal?: KeycloakSettings['renewal'] } | undefined;
}

/**
 * Says why a schedule runs more often than Secrets Manager keeps versions for it.
 *
 * @returns a sentence, or undefined when the versions suffice
 * @see [Quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
export function versionQuotaFault({ expression, strategy, iam }: Rotating, now: Date): string | undefined {
  // The candidate, with `regenerate` an intent before it, and with an overlap the intent of its retire.
  const versions = 1 + (iam?.renewal === 'regenerate' ? 1 : 0) + (strategy === 'in-place' ? 0 : 1);
  const runs = mostRunsADay(expression, { now, enough: VERSIONS_A_DAY });
  if (runs * versions <= VERSIONS_A_DAY) return undefined;
  const minutes = DAY_MS / 60_000 / Math.floor(VERSIONS_A_DAY / versions);
  return `'${expression}' is too often: Secrets Manager keeps 100 versions of a secret within 24 hours, and each run puts up to ${versions}; at most once in ${minutes} minutes`;
}
