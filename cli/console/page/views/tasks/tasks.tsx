import type { Credential, Task } from '../../model/answers.ts';
import { ProblemNote } from '../../parts/problem.tsx';
import type { Fleet } from '../../state/fleet.ts';
import { TaskCard } from './task-card.tsx';

/** What people are asked to do, over all credentials, the first due one first. */
export function TasksPage({ fleet }: { fleet: Fleet }) {
  const tasks = tasksOf(fleet);
  return (
    <>
      <div class="title">
        <h1>Tasks</h1>
      </div>
      {fleet.problem ? <ProblemNote problem={fleet.problem} onRetry={fleet.refresh} /> : null}
      {tasks.map(({ credential, task }) => (
        <TaskCard
          key={`${credential.id} ${task.kind} ${task.connector ?? ''}`}
          credential={credential}
          task={task}
          onChanged={() => void fleet.refresh()}
          isLinked
        />
      ))}
      {tasks.length === 0 ? (
        <div class="empty" role="status">
          <p>{fleet.complete ? 'Nobody is asked to do anything.' : 'Reading …'}</p>
        </div>
      ) : null}
    </>
  );
}

function tasksOf({ listed }: Fleet): { credential: Credential; task: Task }[] {
  return listed
    .flatMap((one) => ('problem' in one ? [] : one.tasks.map((task) => ({ credential: one, task }))))
    .sort((one, other) => one.task.dueAt.localeCompare(other.task.dueAt));
}
