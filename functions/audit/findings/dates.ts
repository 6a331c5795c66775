import { durationMs } from '../../credential/duration.ts';
import type { Finding } from '../../ports/audit/records.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Task } from '../../ports/tasks.ts';
import { alternates, holds, type Observation } from '../../rotation/observe/observation.ts';
import { graceEnd } from '../../rotation/plan/retire.ts';
import type { Check, Sight } from './sight.ts';

export const DAY_MS = 86_400_000;

/** From so long before the IAM refuses the current secret it is said. Each write of ours sets an expiry ten years away. */
const EXPIRY_NEAR_MS = 30 * DAY_MS;
/** The same of a previous secret that a connector still uses. */
const PREVIOUS_NEAR_MS = 2 * DAY_MS;
/** Clocks of the IAM and of AWS may differ by so much. */
const CLOCKS_MS = 60_000;

/** Is the secret older than it may get? */
export const tooOld: Check = {
  kinds: ['too-old'],
  find: ({ labels, credential, now }) => {
    if (!labels) return undefined;
    const { current } = labels;
    if (!current) return [];
    const since = new Date(current.createdAt.getTime() + durationMs(credential.maxAge));
    if (since > now) return [];
    const days = Math.floor((now.getTime() - current.createdAt.getTime()) / DAY_MS);
    return [{ kind: 'too-old', since, detail: `The secret is ${days} days old, and maxAge is ${credential.maxAge}` }];
  },
};

/**
 * Will the IAM refuse a secret before long? Keycloak refuses the current one, and the previous one with it, from a date that its client
 * policy or a person has planted.
 */
export const expiryNear: Check = {
  kinds: ['expiry-near'],
  find: (sight) => {
    const { seen } = sight;
    if (!seen) return undefined;
    return [...currentExpiry(sight, seen.clientInUse), ...previousExpiry(sight, seen)];
  },
};

function currentExpiry({ now }: Sight, { clientId, secretExpiresAt }: IamClient): Finding[] {
  if (!secretExpiresAt || secretExpiresAt.getTime() - now.getTime() > EXPIRY_NEAR_MS) return [];
  return [expiry('current', secretExpiresAt, `${clientId} has an expiry that nobody here has set`)];
}

function previousExpiry({ now, credential }: Sight, seen: Observation): Finding[] {
  const { current, labels, clientInUse, clientToRenew } = seen;
  const endsAt = alternates(seen) ? clientToRenew.secretExpiresAt : clientInUse.previous?.validUntil;
  if (!current || !labels.previous || !endsAt) return [];
  const promised = graceEnd(credential, current.createdAt);
  if (now < promised && endsAt.getTime() + CLOCKS_MS < promised.getTime())
    return [expiry('previous', endsAt, `grace ends at ${promised.toISOString()}, and the IAM's own end is earlier`)];
  const inUse = seen.connectors.some((view) => !view.error && !holds(view, current.document));
  if (!inUse || endsAt.getTime() - now.getTime() > PREVIOUS_NEAR_MS) return [];
  return [expiry('previous', endsAt, 'a connector does not hold the current secret yet')];
}

function expiry(which: 'current' | 'previous', expiresAt: Date, why: string): Finding {
  const detail = `The IAM refuses the ${which} secret from ${expiresAt.toISOString()} on: ${why}`;
  return { kind: 'expiry-near', about: which, expiresAt, detail };
}

/** Has a person let half of the time for a task go by? */
export const taskLate: Check = {
  kinds: ['task-late'],
  find: ({ tasks, now }) => tasks?.filter((task) => halfOf(task) <= now).map((task) => lateTask(task, now)),
};

function halfOf({ openedAt, dueAt }: Task): Date {
  return new Date((openedAt.getTime() + dueAt.getTime()) / 2);
}

function lateTask(task: Task, now: Date): Finding {
  const { kind, connector, dueAt } = task;
  const about = connector === undefined ? kind : `${kind} ${connector}`;
  const when = now < dueAt ? `due at ${dueAt.toISOString()}` : `overdue since ${dueAt.toISOString()}`;
  return { kind: 'task-late', about, since: halfOf(task), detail: `${about}: ${when}` };
}
