import { createHash } from 'node:crypto';
import { parseDocument } from '../../credential/document.ts';
import { describeError, isRotationError } from '../../credential/errors.ts';
import type { ConnectorReport, Rotation, TaskReport } from '../../credential/outcome.ts';
import { TASK_STAGES } from '../../credential/published/task-announced.ts';
import type { PublishedEvent } from '../../credential/published/vocabulary.ts';
import { NO_SECRET } from '../../credential/secret/secret.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Task, Tasks } from '../../ports/tasks.ts';
import { askToken } from '../observe/looks.ts';
import { type Run, timed } from '../run/context.ts';
import { usableDocument } from '../run/known.ts';
import type { Ledger } from '../run/ledger.ts';
import { stepsOf } from './task-steps.ts';

/** The parts of a task's time after which it is announced: at once, at half of it, at 80 % of it, and when it is over. */
const PARTS = [0, 0.5, 0.8, 1] as const;

/**
 * The report, with the tasks that are open.
 *
 * @param rotation how the run ended
 * @returns the report, with a failure where people could not be told: the rotation stands, and its repeat tells them
 */
export async function withTasks(run: Run, rotation: Rotation): Promise<Rotation> {
  if (!run.ports.tasks) return rotation;
  const { currentId = '' } = run.ledger.versions;
  try {
    const open = await tellOfTasks(run);
    return {
      ...rotation,
      connectors: rotation.connectors.map((one) => handedOver(one, { open, currentId })),
      ...reportOf(run, open),
    };
  } catch (error) {
    if (!isRotationError(error)) throw error;
    return { ...rotation, failure: rotation.failure ?? describeError(error) };
  }
}

/**
 * Tells people of what they are asked to do: closes tasks that are done, announces those that are open, and plans the runs that
 * remind of them.
 *
 * @returns the tasks that are open
 * @throws {RotationError} `tasks-*`, `events-unavailable` or `schedule-*` when not everything could be told
 */
export async function tellOfTasks(run: Run): Promise<readonly Task[]> {
  const { ledger } = run;
  const { tasks } = run.ports;
  if (!tasks) return [];
  return await timed(run, 'tasks', async () => {
    const open: Task[] = [];
    for (const task of (await tasks.read()).tasks) {
      if (isOver(ledger, task) || (await isDone(run, task))) {
        await tasks.close(task);
        continue;
      }
      await announce(run, tasks, task);
      open.push(task);
    }
    return open;
  });
}

/**
 * Whether nobody is to do a task any more: a secret that was to be replaced is, or one that was to be ended is no longer the previous
 * one, since a rotation has renewed its client.
 */
function isOver(ledger: Ledger, { kind, versionId, openedAt }: Task): boolean {
  if (kind === 'enter-secret' || !ledger.versions.isFormer(versionId, openedAt)) return false;
  return kind === 'submit-secret' || versionId !== ledger.versions.previousId;
}

/**
 * Whether the person who was asked to end a former secret has done so: the IAM refuses it. The retire that has asked looks as well, but
 * that may have been given up. An IAM that is away, or refuses the client as such, tells nothing.
 */
async function isDone(run: Run, { kind, versionId, announced }: Task): Promise<boolean> {
  if (kind !== 'end-former-secret' || announced === 0) return false;
  try {
    const document = usableDocument(parseDocument((await run.ports.store.read(versionId)) ?? NO_SECRET));
    const answer = document && (await askToken(run, document));
    return answer?.accepted === false && answer.error !== 'client-not-usable';
  } catch (error) {
    if (isRotationError(error)) return false;
    throw error;
  }
}

function handedOver(
  report: ConnectorReport,
  { open, currentId }: { readonly open: readonly Task[]; readonly currentId: string },
): ConnectorReport {
  const task = open.find(({ kind, connector }) => kind === 'enter-secret' && connector === report.name);
  return task?.versionId === currentId ? { ...report, handedOverUntil: task.dueAt.toISOString() } : report;
}

/** Publishes the last announcement that is due, if it was not made yet. */
async function announce(run: Run, tasks: Tasks, task: Task): Promise<void> {
  const due = announcementsDue(task, run.runtime.now());
  if (due <= task.announced) return;
  if (task.announced === 0) await planReminders(run, task);
  await run.ports.events?.publish(announcementOf(run.credential, task, due));
  await tasks.announced({ ...task, announced: due });
}

/** How many announcements of a task are due by now. */
function announcementsDue({ openedAt, dueAt }: Task, now: Date): number {
  const length = dueAt.getTime() - openedAt.getTime();
  return PARTS.filter((part) => now.getTime() >= openedAt.getTime() + part * length).length;
}

function announcementOf({ id, iam, connectors }: Credential, task: Task, due: number): PublishedEvent {
  const { kind, connector = '', versionId, openedAt, dueAt } = task;
  const settings = connectors.find(({ name }) => name === connector);
  const door = kind === 'enter-secret' ? settings : iam;
  const { owner, instructions } = (door ?? {}) as { owner?: string; instructions?: string };
  const detail = {
    credential: id,
    versionId,
    stage: TASK_STAGES[due - 1] ?? 'opened',
    openedAt: openedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    owner,
    instructions,
    steps: [...stepsOf(task, id)],
  };
  switch (kind) {
    case 'enter-secret':
      return { detailType: 'Acknowledgement Needed', detail: { ...detail, kind, connector } };
    case 'submit-secret':
      return { detailType: 'Rotation Due', detail: { ...detail, kind } };
    case 'end-former-secret':
      return { detailType: 'Retire Due', detail: { ...detail, kind } };
  }
}

/** Plans the runs that look at a task again, at each later part of its time. Planning them twice is planning them once. */
async function planReminders(run: Run, task: Task): Promise<void> {
  const { id } = run.credential;
  const soonest = run.runtime.now().getTime() + run.timing.leaseMs;
  const length = task.dueAt.getTime() - task.openedAt.getTime();
  for (const [stage, part] of PARTS.entries()) {
    if (stage === 0) continue;
    const at = new Date(Math.max(task.openedAt.getTime() + part * length, soonest));
    const event = { trigger: 'schedule', id, scheduledTime: at.toISOString(), repeat: { attempt: 1, due: false } };
    await run.ports.schedules.plan({ name: reminderName(id, task, stage), at, target: 'rotate', event });
  }
}

function reminderName(id: string, { kind, connector = '', versionId, openedAt }: Task, stage: number): string {
  const about = `${kind} ${connector} ${versionId} ${openedAt.getTime()}`;
  return `${id}.remind.${createHash('sha256').update(about).digest('hex').slice(0, 10)}.${stage}`;
}

function reportOf({ runtime }: Run, open: readonly Task[]): Pick<Rotation, 'tasks'> {
  const now = runtime.now();
  return open.length > 0 ? { tasks: open.map((task) => taskReport(task, now)) } : {};
}

/** What a report says of a task that is open. */
export function taskReport({ kind, connector, versionId, dueAt }: Task, now: Date): TaskReport {
  return {
    kind,
    ...(connector !== undefined && { connector }),
    versionId,
    dueAt: dueAt.toISOString(),
    overdue: now >= dueAt,
  };
}
