import { isTooOld } from './age.ts';
import type { Credential, Listed } from './answers.ts';

/** How much a standing asks of a person. A badge shows it by word, shape and colour. */
export type Tone = 'bad' | 'warn' | 'busy' | 'calm' | 'good';

interface Info {
  readonly label: string;
  readonly tone: Tone;
}

/** How a credential stands: what needs a person most comes first. */
export const STANDINGS = {
  unreadable: { label: 'Unreadable', tone: 'bad' },
  failed: { label: 'Last run failed', tone: 'bad' },
  'no-end': { label: 'No known end', tone: 'bad' },
  'task-overdue': { label: 'Task overdue', tone: 'bad' },
  'too-old': { label: 'Too old', tone: 'bad' },
  findings: { label: 'Audit finding', tone: 'warn' },
  unfinished: { label: 'Unfinished', tone: 'warn' },
  'for-person': { label: 'Waits for a person', tone: 'warn' },
  running: { label: 'Running', tone: 'busy' },
  paused: { label: 'Paused', tone: 'calm' },
  new: { label: 'Not rotated yet', tone: 'calm' },
  'in-order': { label: 'In order', tone: 'good' },
} as const satisfies Readonly<Record<string, Info>>;

export type Standing = keyof typeof STANDINGS;

const URGENCY: ReadonlyMap<Standing, number> = new Map(
  (Object.keys(STANDINGS) as Standing[]).map((name, index) => [name, index]),
);

/** Ends of a run that somebody has to look at. */
const FAILED: readonly string[] = ['rolled-back', 'stored-not-applied', 'interrupted', 'refused'];
/** Why a run may have begun nothing without anything being wrong. */
const NOT_NOW: readonly string[] = ['rotation-in-progress', 'too-soon', 'frozen'];

/** @param now milliseconds since 1970 */
export function standingOf(one: Listed, now: number): Standing {
  if ('problem' in one) return 'unreadable';
  const { lastRun, tasks, findings, pending, schedule, versionId } = one;
  const running = lastRun?.status === 'accepted' || lastRun?.status === 'running';
  if (running) return 'running';
  if (hasFailed(lastRun)) return 'failed';
  if (lastRun?.status === 'unknown') return 'no-end';
  if (tasks.some(({ overdue }) => overdue)) return 'task-overdue';
  if (isTooOld(one, now)) return 'too-old';
  if ((findings ?? []).length > 0) return 'findings';
  if (tasks.length > 0) return 'for-person';
  if (pending) return 'unfinished';
  if (versionId === null) return 'new';
  return schedule.state === 'DISABLED' ? 'paused' : 'in-order';
}

function hasFailed(lastRun: Credential['lastRun']): boolean {
  if (lastRun?.status !== 'ended') return false;
  const { outcome, failure } = lastRun;
  if (failure) return !NOT_NOW.includes(failure.code);
  return FAILED.includes(outcome ?? '');
}

/** What needs a person most has the lowest. */
export function urgencyOf(standing: Standing): number {
  return URGENCY.get(standing) ?? 0;
}
