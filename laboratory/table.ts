import { RotationError } from '../functions/credential/errors.ts';
import type { Tasks } from '../functions/ports/tasks.ts';
import type { Answer } from './faults.ts';
import { DESK } from './parts.ts';
import type { Process } from './process.ts';

/** The simulation's clock, and how long a call of the function may wait for an answer. */
interface Times {
  readonly now: () => number;
  readonly tryMs?: (() => number) | undefined;
}

/** The table of tasks, as one process sees it: every call is one of its requests. */
export function tasksOf(tasks: Tasks, process: Process, { now, tryMs }: Times): Tasks {
  const io = async <T>(name: string, perform: () => Promise<T>) => {
    const timeoutMs = tryMs?.();
    if (timeoutMs !== undefined && timeoutMs <= 0) throw new RotationError('tasks-unavailable', 'no time is left');
    return await process.io<T>({ name: `table ${name}`, timeoutMs, perform, fail });
  };
  return {
    read: () =>
      io('Query', () => {
        process.conduct.looks.set(DESK, now());
        return tasks.read();
      }),
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
