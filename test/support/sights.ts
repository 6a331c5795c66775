import type { Sight } from '../../functions/audit/findings/sight.ts';
import type { Unread } from '../../functions/ports/audit/records.ts';
import { ACCEPTED, atRest } from './observations.ts';
import { credentialOf } from './parts.ts';

/** A Tuesday, nine days and nine hours after everything was created. */
const NOW = new Date('2026-03-10T12:00:00Z');

/** Sundays at 3, and nothing has changed since January. */
const SCHEDULE = {
  expression: 'cron(0 3 ? * SUN *)',
  timezone: 'UTC',
  enabled: true,
  windowMs: 0,
  changedAt: new Date('2026-01-01T00:00:00Z'),
};

/** A whole look at a credential at rest, unless something is said to be otherwise. */
export function sightWith(other: Partial<Sight> = {}): Sight {
  const seen = atRest();
  return {
    credential: credentialOf(['ifs'], {}),
    now: NOW,
    leaseMs: 100_000,
    schedule: SCHEDULE,
    labels: (other.seen ?? seen).labels,
    answer: ACCEPTED,
    seen,
    undisturbed: true,
    endedWorks: false,
    planned: [],
    tasks: [],
    lastRunAt: new Date('2026-03-08T03:00:09Z'),
    wrong: [],
    unread: [],
    ...other,
  };
}

/** The same with another schedule. */
export function scheduledWith(other: Partial<Sight['schedule']>, more: Partial<Sight> = {}): Sight {
  return sightWith({ schedule: { ...SCHEDULE, ...other }, ...more });
}

/** A sight without some of what is read. */
export function unseen(sight: Sight, ...members: readonly (keyof Sight)[]): Sight {
  const seen = Object.entries(sight).filter(([name]) => !members.includes(name as keyof Sight));
  return Object.fromEntries(seen) as unknown as Sight;
}

/** An IAM that is away. */
export const IAM_AWAY: Unread = {
  system: 'iam',
  host: 'iam.example.com',
  away: true,
  code: 'iam-timeout',
  detail: 'no answer within 10 s',
};
