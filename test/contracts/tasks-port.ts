import { expect, it } from '@jest/globals';
import type { Task, Tasks } from '../../functions/ports/tasks.ts';

export interface TasksContract {
  /** The tasks of a credential: whoever asks for the same one twice gets two views of the same tasks. */
  readonly tasksOf: (credential: string) => Tasks;
  /** Cases, by their exact title, that this one is known to break: each must still be broken, else the test fails. */
  readonly knownDeviations?: readonly string[];
}

type Case = readonly [title: string, test: (tasks: Tasks, lab: Lab) => Promise<void>];

interface Lab {
  /** The same credential's tasks, as another function sees them. */
  readonly again: Tasks;
  /** Another credential's. */
  readonly others: Tasks;
}

const OPENED = new Date('2026-03-01T03:00:00.123Z');
const DUE = new Date('2026-03-04T03:00:00.123Z');
const LATER = new Date('2026-03-08T03:00:00.000Z');
const ENTER = { kind: 'enter-secret', connector: 'IFS / Produktion #1 "Ä"', versionId: 'v2' } as const;
const SUBMIT = { kind: 'submit-secret', versionId: 'v2' } as const;
const TIMES = { openedAt: OPENED, dueAt: DUE };
const WORD = { connector: ENTER.connector, versionId: 'v2', by: 'arn:aws:iam::123456789012:user/eve', at: OPENED };

let made = 0;

/** What the port promises, as cases. They run in memory, on the embedded table and on MiniStack; each has a credential of its own. */
export function tasksPortContract({ tasksOf, knownDeviations = [] }: TasksContract): void {
  for (const [title, test] of CASES) {
    const run = knownDeviations.includes(title) ? it.failing : it;
    run(title, async () => {
      const credential = `credential-${Date.now()}-${++made}`;
      const lab = { again: tasksOf(credential), others: tasksOf(`${credential}-other`) };
      await test(tasksOf(credential), lab);
    });
  }
}

/** What is open, in an order that is always the same. */
async function openTasks(tasks: Tasks): Promise<readonly Task[]> {
  return (await tasks.read()).tasks.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

function nameOf({ kind, connector = '' }: Task): string {
  return `${kind} ${connector}`;
}

const CASES: readonly Case[] = [
  [
    'nothing is known at first',
    async (tasks) => {
      expect(await tasks.read()).toEqual({ tasks: [], acknowledgements: [] });
    },
  ],
  [
    'an opened task is known as it was opened, and was not announced yet',
    async (tasks, { again, others }) => {
      const opened = { ...ENTER, ...TIMES, announced: 0 };
      expect(await tasks.open({ ...ENTER, ...TIMES })).toEqual(opened);
      expect(await again.read()).toEqual({ tasks: [opened], acknowledgements: [] });
      expect(await others.read()).toEqual({ tasks: [], acknowledgements: [] });
    },
  ],
  [
    'a task without a connector is known without one',
    async (tasks) => {
      await tasks.open({ ...SUBMIT, ...TIMES });
      expect((await tasks.read()).tasks).toEqual([{ ...SUBMIT, ...TIMES, announced: 0 }]);
      expect((await tasks.read()).tasks[0]).not.toHaveProperty('connector');
    },
  ],
  [
    'one of each kind and connector is open at a time',
    async (tasks) => {
      const all = [
        { kind: 'end-former-secret', versionId: 'v1', ...TIMES },
        { ...ENTER, ...TIMES },
        { ...ENTER, connector: 'another', ...TIMES },
        { ...SUBMIT, ...TIMES },
      ] as const;
      for (const task of [...all, ...all]) await tasks.open(task);
      expect((await openTasks(tasks)).map(nameOf)).toEqual(
        [`end-former-secret `, `enter-secret ${ENTER.connector}`, 'enter-secret another', 'submit-secret '].toSorted(),
      );
    },
  ],
  [
    'a task that is open about the same version keeps its times and announcements',
    async (tasks) => {
      await tasks.open({ ...ENTER, ...TIMES });
      await tasks.announced({ ...ENTER, announced: 2 });
      const kept = { ...ENTER, ...TIMES, announced: 2 };
      expect(await tasks.open({ ...ENTER, openedAt: LATER, dueAt: LATER })).toEqual(kept);
      expect((await tasks.read()).tasks).toEqual([kept]);
    },
  ],
  [
    'a task about another version takes its place, and is not announced yet',
    async (tasks) => {
      await tasks.open({ ...ENTER, ...TIMES });
      await tasks.announced({ ...ENTER, announced: 3 });
      const next = { ...ENTER, versionId: 'v3', openedAt: LATER, dueAt: LATER };
      expect(await tasks.open(next)).toEqual({ ...next, announced: 0 });
      expect((await tasks.read()).tasks).toEqual([{ ...next, announced: 0 }]);
    },
  ],
  [
    'of many that open a task at once all get the same one',
    async (tasks) => {
      const times = [1, 2, 3, 4, 5].map((day) => ({ openedAt: new Date(Date.UTC(2026, 2, day)), dueAt: LATER }));
      const opened = await Promise.all(times.map((time) => tasks.open({ ...SUBMIT, ...time })));
      expect(new Set(opened.map(({ openedAt }) => openedAt.getTime())).size).toBe(1);
      expect((await tasks.read()).tasks).toEqual([opened[0]]);
    },
  ],
  [
    'a closed task is gone, and closing it again changes nothing',
    async (tasks) => {
      await tasks.open({ ...ENTER, ...TIMES });
      await tasks.open({ ...SUBMIT, ...TIMES });
      await tasks.close(ENTER);
      await tasks.close(ENTER);
      expect((await tasks.read()).tasks.map(({ kind }) => kind)).toEqual(['submit-secret']);
    },
  ],
  [
    'a task that is about another version by now is not closed',
    async (tasks) => {
      await tasks.open({ ...ENTER, versionId: 'v3', ...TIMES });
      await tasks.close(ENTER);
      expect((await tasks.read()).tasks).toHaveLength(1);
    },
  ],
  [
    'announcements are noted while the task is about the same version, and only then',
    async (tasks) => {
      await tasks.announced({ ...SUBMIT, announced: 1 });
      expect((await tasks.read()).tasks).toEqual([]);
      await tasks.open({ ...SUBMIT, ...TIMES });
      await tasks.announced({ ...SUBMIT, announced: 2 });
      await tasks.announced({ ...SUBMIT, versionId: 'v3', announced: 4 });
      expect((await tasks.read()).tasks).toEqual([{ ...SUBMIT, ...TIMES, announced: 2 }]);
    },
  ],
  [
    'an acknowledgement closes the task of its connector and version',
    async (tasks, { again, others }) => {
      await tasks.open({ ...ENTER, ...TIMES });
      await tasks.open({ ...ENTER, connector: 'another', ...TIMES });
      await tasks.acknowledge(WORD);
      expect(await again.read()).toEqual({
        tasks: [{ ...ENTER, connector: 'another', ...TIMES, announced: 0 }],
        acknowledgements: [WORD],
      });
      expect((await others.read()).acknowledgements).toEqual([]);
    },
  ],
  [
    'an acknowledgement of another version leaves the task open',
    async (tasks) => {
      await tasks.open({ ...ENTER, versionId: 'v3', ...TIMES });
      await tasks.acknowledge(WORD);
      expect(await tasks.read()).toMatchObject({ tasks: [{ versionId: 'v3' }], acknowledgements: [WORD] });
    },
  ],
  [
    'an acknowledgement needs no task, and the last one of a connector counts',
    async (tasks) => {
      await tasks.acknowledge(WORD);
      const next = { ...WORD, versionId: 'v3', by: 'arn:aws:iam::123456789012:user/bob', at: LATER };
      await tasks.acknowledge(next);
      await tasks.acknowledge(next);
      expect((await tasks.read()).acknowledgements).toEqual([next]);
    },
  ],
  [
    'a task to enter what was acknowledged before it was opened is done, and the next version is not',
    async (tasks) => {
      await tasks.acknowledge(WORD);
      await tasks.open({ ...ENTER, openedAt: LATER, dueAt: LATER });
      expect((await tasks.read()).tasks).toEqual([]);
      await tasks.open({ ...ENTER, versionId: 'v3', openedAt: LATER, dueAt: LATER });
      expect((await tasks.read()).tasks).toMatchObject([{ versionId: 'v3', announced: 0 }]);
    },
  ],
  [
    'an acknowledgement does nothing to the tasks about the IAM',
    async (tasks) => {
      await tasks.open({ ...SUBMIT, ...TIMES });
      await tasks.acknowledge(WORD);
      expect((await tasks.read()).tasks).toMatchObject([SUBMIT]);
    },
  ],
  [
    'a task for each of the most connectors that a credential may have is read, whatever they are called',
    async (tasks) => {
      const names = Array.from({ length: 20 }, (_, index) => `connector-${index}-${'ä'.repeat(240)}`);
      await Promise.all(names.map((connector) => tasks.open({ ...ENTER, connector, ...TIMES })));
      expect((await tasks.read()).tasks.map(({ connector }) => connector).toSorted()).toEqual(names.toSorted());
    },
  ],
];
