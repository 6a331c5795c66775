import pMap from 'p-map';
import { describeError, isRotationError } from '../../credential/errors.ts';
import type { Overview, Overviews, Remembered } from '../../ports/api/overviews.ts';
import type { LabelledVersion, SecretList } from '../../ports/api/secret-list.ts';
import type { ListedSchedule, Schedules } from '../../ports/schedules.ts';
import { findingsIn, UNKNOWN_FINDINGS } from '../audits/findings.ts';
import type { CredentialsPage, CredentialView, UnreadableCredential } from '../contract/answers/credential.ts';
import { STATUSES } from '../contract/statuses.ts';
import { type CredentialDeps, tasksOf } from './credential.ts';
import { credentialViewOf, labelled, lastRunView, shownOf, type Versions, versionsOf } from './view.ts';

/**
 * Of so many credentials of a page at a time, what is not known is read. Secrets Manager allows 50 `ListSecretVersionIds` a second in
 * an account and region.
 *
 * @see [Quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
const READ_AT_A_TIME = 5;
/** Secrets Manager's list may lack the changes of the last five minutes: a secret on which a run was at work is read by itself. */
const LIST_LAGS_MS = 300_000;
/** A schedule that was changed so recently may be changed again within the same moment: its settings are not remembered. */
const SETTLED_MS = 60_000;

/** What the API reads a page from. */
export interface PageDeps extends Omit<CredentialDeps, 'schedules' | 'ledgerOf' | 'auditRecords'> {
  readonly schedules: Pick<Schedules, 'settings' | 'list'>;
  readonly overviews: Overviews;
  readonly secretList: SecretList;
}

/** What is known of one credential of the page beside its schedule. */
interface Known {
  /** @default - it was not listed */
  readonly versions?: readonly LabelledVersion[] | undefined;
  /** @default - the table could not be read */
  readonly overview?: Overview | undefined;
}

/**
 * A page of credentials, in the order of the schedules, from three calls: their schedules, their secrets' labels, and what the table
 * knows of them. Settings are remembered for as long as their schedule is not changed, and when a version was made for ever: both are
 * read once. One that can't be read doesn't hide the others.
 *
 * @throws {RotationError} `schedule-throttled` and the like when AWS is busy: that says nothing about a credential
 */
export async function credentialsPage(
  page: { limit: number; nextToken?: string | undefined },
  deps: PageDeps,
): Promise<CredentialsPage> {
  const { schedules, nextToken } = await deps.schedules.list(page);
  const ids = schedules.map(({ id }) => id);
  const [versions, overviews] = await Promise.all([
    unlessAway(deps.secretList.labelled(ids)),
    unlessAway(deps.overviews.read(ids)),
  ]);
  const show = (schedule: ListedSchedule) => {
    const known = { versions: versions?.get(schedule.id), overview: overviews?.get(schedule.id) };
    return shown(schedule, known, deps).catch((error: unknown) => unreadable(schedule.id, error));
  };
  const credentials = await pMap(schedules, show, { concurrency: READ_AT_A_TIME });
  return { credentials, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** What is not answered is read of each credential by itself; a service that is too busy is left alone. */
async function unlessAway<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!isRotationError(error) || error.code === 'store-throttled') throw error;
    return undefined;
  }
}

async function shown(schedule: ListedSchedule, known: Known, deps: PageDeps): Promise<CredentialView> {
  const { id } = schedule;
  const { overview } = known;
  const now = deps.now();
  const settings = overview?.remembered.settings;
  const unchanged = settings !== undefined && settings.changedAt.getTime() === schedule.changedAt?.getTime();
  const [facts, versions] = await Promise.all([
    unchanged ? settings.shown : deps.schedules.settings(id).then(shownOf),
    knownVersions(known, now) ?? deps.storeOf(id).versions().then(versionsOf),
  ]);
  const remembered: Remembered = {
    settings: unchanged || !isSettled(schedule, now) ? undefined : { changedAt: schedule.changedAt, shown: facts },
    version: versions.current?.id === overview?.remembered.version?.id ? undefined : versions.current,
  };
  const [tasks] = await Promise.all([
    tasksOf({ id, settings: facts }, deps),
    overview && remember(id, remembered, deps.overviews),
  ]);
  const lastRun = lastRunView(id, overview?.lastRun, deps);
  const audited = overview ? findingsIn(overview.audit) : UNKNOWN_FINDINGS;
  return credentialViewOf({ id, settings: facts, versions, tasks, lastRun, ...audited }, now);
}

/** What the list of secrets tells, where it can be relied on and what it lacks is known: when the current version was made. */
function knownVersions({ versions, overview }: Known, now: Date): Versions | undefined {
  if (!versions || !overview || wasAtWork(overview, now)) return undefined;
  const current = labelled(versions, 'AWSCURRENT');
  const { version } = overview.remembered;
  if (current && current.id !== version?.id) return undefined;
  return { current: current && version, pending: labelled(versions, 'AWSPENDING') !== undefined };
}

/** Whether a run may have moved labels since the list was made. */
function wasAtWork({ lastRun }: Overview, now: Date): boolean {
  if (!lastRun) return false;
  return !lastRun.end || now.getTime() - lastRun.end.endedAt.getTime() < LIST_LAGS_MS;
}

function isSettled(schedule: ListedSchedule, now: Date): schedule is Required<ListedSchedule> {
  return schedule.changedAt !== undefined && now.getTime() - schedule.changedAt.getTime() > SETTLED_MS;
}

/** A page does not depend on it. */
async function remember(id: string, remembered: Remembered, overviews: Overviews): Promise<void> {
  if (!remembered.settings && !remembered.version) return;
  try {
    await overviews.remember(id, remembered);
  } catch (error) {
    if (!isRotationError(error)) throw error;
  }
}

function unreadable(id: string, error: unknown): UnreadableCredential {
  if (!isRotationError(error) || STATUSES[error.code] === 503) throw error;
  const { code, detail, next } = describeError(error);
  return { id, problem: { code, title: error.info.title, detail, next } };
}
