import * as z from 'zod';
import { credential, instant, type Message } from './parts.ts';

/** When a task is announced: when it is opened, at half of its time, at 80 % of it, and when its time is over. */
export const TASK_STAGES = ['opened', 'half', 'soon', 'overdue'] as const;

const Task = z.object({
  credential,
  versionId: z.string().describe('The version to enter, to replace or to end.'),
  stage: z.enum(TASK_STAGES).describe('The part of its time after which the task is announced.'),
  openedAt: instant,
  dueAt: instant,
  owner: z.string().optional().describe('Who is asked, as the settings say.'),
  instructions: z.string().optional().describe("The settings' own words."),
  steps: z.array(z.string()).describe('What to do, one sentence a step.'),
});

/** A person is asked to enter the current secret in a connector, and to acknowledge it. */
export const AcknowledgementNeeded = Task.extend({ kind: z.literal('enter-secret'), connector: z.string() });

/** A person is asked to refresh a client's secret in the IAM, and to submit it. */
export const RotationDue = Task.extend({ kind: z.literal('submit-secret') });

/** A person is asked to refresh the client that is no longer in use, which ends its secret. */
export const RetireDue = Task.extend({ kind: z.literal('end-former-secret') });

const WORDS = {
  'enter-secret': 'a person is asked to enter the current secret in a connector',
  'submit-secret': "a person is asked to refresh the client's secret in the IAM, and to submit it",
  'end-former-secret': 'a person is asked to refresh the client that is no longer in use',
} as const;

/** A task in words. */
export function taskMessage(task: z.infer<typeof Task> & { kind: keyof typeof WORDS; connector?: string }): Message {
  const { credential, kind, connector, stage, openedAt, dueAt, owner, steps } = task;
  const where = connector === undefined ? '' : ` (${connector})`;
  const late = stage === 'overdue' ? ' The time for it is over.' : '';
  return {
    title: `${credential}: ${WORDS[kind]}${where}.${late}`,
    since: openedAt,
    next: `${owner === undefined ? 'Do' : `${owner}: do`} this until ${dueAt}: ${steps.join(' ')}`,
    runbook: stage === 'overdue' ? 'overdue-task' : 'tasks-of-people',
  };
}
