import { durationMs } from '../../functions/credential/duration.ts';
import { type RunView, wordOf } from '../api/runs.ts';
import type { Evidence, Reported } from './collect.ts';

const DAY_MS = 86_400_000;

const RENEWED: ReadonlySet<unknown> = new Set(['rotated', 'adopted', 'repaired']);

/** The runs that made another secret the current one. */
export function rotationsIn(runs: readonly RunView[]): RunView[] {
  return runs.filter(({ kind, outcome }) => kind === 'rotation' && RENEWED.has(outcome));
}

/** What whoever signs has to explain, one sentence each; none where all is as it should be. */
export function exceptionsIn({ credentials, unread, isPartial }: Evidence): string[] {
  return [
    ...unread.map(({ id, why }) => `${id}: could not be read, so the report says nothing of it (${why})`),
    ...credentials.flatMap((credential) => exceptionsOf(credential, isPartial)),
  ];
}

function exceptionsOf(credential: Reported, isPartial: boolean): string[] {
  const { id, runs, schedule, tasks, rotatedAt, ageDays, maxAge } = credential;
  const overdue = tasks.filter((task) => task.overdue).length;
  return [
    ...runs.filter(isExceptional).map((run) => `${id}: ${sentenceFor(run)}`),
    ...(rotatedAt === null ? [`${id}: was never rotated`] : []),
    ...(rotatedAt !== null && !isPartial && rotationsIn(runs).length === 0
      ? [`${id}: was not rotated in this month`]
      : []),
    ...(ageDays !== null && ageDays * DAY_MS >= durationMs(maxAge)
      ? [`${id}: its secret is ${ageDays} days old now, and maxAge is ${maxAge}`]
      : []),
    ...(schedule.state === 'DISABLED' ? [`${id}: its schedule is switched off now`] : []),
    ...(overdue > 0 ? [`${id}: ${overdue} tasks of people are overdue now`] : []),
  ];
}

/** Ended by a failure, ended as nobody knows, or left something undone. */
function isExceptional(run: RunView): boolean {
  return (
    run.failure !== undefined ||
    ['unknown', 'rolled-back', 'interrupted', 'stored-not-applied'].includes(wordOf(run) ?? 'unknown')
  );
}

function sentenceFor(run: RunView): string {
  const { kind = 'run', requestedAt = 'an unknown time', failure, requestId = '' } = run;
  const why = failure ? ` (${failure.code}: ${failure.detail})` : '';
  return `${kind} of ${requestedAt}: ${wordOf(run) ?? 'unknown'}${why}, request ${requestId}`;
}
