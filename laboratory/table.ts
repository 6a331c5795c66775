import { RotationError } from '../functions/credential/errors.ts';
import type { Tasks } from '../functions/ports/tasks.ts';
import type { Answer } from './faults.ts';
import type { Process } from './process.ts';

/** The table of tasks, as one process sees it: every call is one of its requests. */
export function tasksOf(tasks: Tasks, process: Process): Tasks {
  const io = <T>(name: string, perform: () => Promise<T>) => process.io<T>({ name: `table ${name}`, perform, fail });
  return {
    read: () => io('Query', () => tasks.read()),
    open: (task) => io(`PutItem ${task.kind}`, () => tasks.open(task)),
    close: (task) => io(`PutItem close ${task.kind}`, () => tasks.close(task)),
    announced: (task) => io(`UpdateItem ${task.kind}`, () => tasks.announced(task)),
    acknowledge: (acknowledgement) => io('PutItem acknowledgement', () => tasks.acknowledge(acknowledgement)),
  };
}

function fail(answer: Exclude<Answer, 'reply'>): never {
  if (answer === 'throttled') throw new RotationError('tasks-throttled', 'too many calls of the table');
  throw new RotationError('tasks-unavailable', 'the table does not answer');
}
