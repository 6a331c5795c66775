import type { FindingKind } from '../../credential/published/findings.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Finding, Unread } from '../../ports/audit/records.ts';
import type { PlannedRun, RecurringSchedule } from '../../ports/audit/schedule-watch.ts';
import type { Task } from '../../ports/tasks.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import type { Labels, Observation } from '../../rotation/observe/observation.ts';

/** Everything that an audit has read about a credential, as data. What is absent was not read: nothing is concluded from that. */
export interface Sight {
  readonly credential: Credential;
  readonly now: Date;
  /** How long a pending version belongs to a run that may be alive, in milliseconds. */
  readonly leaseMs: number;
  readonly schedule: RecurringSchedule;
  readonly labels?: Labels;
  /** The IAM's answer to the current secret. */
  readonly answer?: TokenResult;
  /** Absent in a probe. */
  readonly seen?: Observation;
  /** No other run was at work: what differs is no rotation under way. */
  readonly undisturbed: boolean;
  /** Whether the previous secret gets a token although its grace is over. Absent while grace runs. */
  readonly endedWorks?: boolean;
  /** What is planned to happen once. */
  readonly planned?: readonly PlannedRun[];
  /** What people are asked to do. */
  readonly tasks?: readonly Task[];
  /** When the schedule began a run last; `never` when no run of it is recorded. */
  readonly lastRunAt?: Date | 'never';
  /** What was read and is wrong in itself. */
  readonly wrong: readonly Finding[];
  readonly unread: readonly Unread[];
}

/** One thing that an audit looks for. Pure. */
export interface Check {
  /** The kinds that it finds. */
  readonly kinds: readonly FindingKind[];
  /** @returns undefined where what was read does not tell: what was found before stays found */
  readonly find: (sight: Sight) => readonly Finding[] | undefined;
}
