import type { Acknowledgement, Task, TaskList, TaskSubject, Tasks } from '../../../functions/ports/tasks.ts';

/** The tasks and acknowledgements of one credential, in memory. Every change is made at once, and every read shows it. */
export class MemoryTasks implements Tasks {
  readonly #tasks = new Map<string, Task>();
  readonly #acknowledgements = new Map<string, Acknowledgement>();

  async read(): Promise<TaskList> {
    return this.list;
  }

  /** What there is now. */
  get list(): TaskList {
    const tasks = [...this.#tasks.values()].filter((task) => !this.#isDone(task));
    return { tasks, acknowledgements: [...this.#acknowledgements.values()] };
  }

  async open(task: Omit<Task, 'announced'>): Promise<Task> {
    const known = this.#find(task);
    if (known) return known;
    const opened = { ...task, announced: 0 };
    this.#tasks.set(keyOf(task), opened);
    return opened;
  }

  async close(task: TaskSubject & Pick<Task, 'versionId'>): Promise<void> {
    if (this.#find(task)) this.#tasks.delete(keyOf(task));
  }

  async announced({ announced, ...task }: TaskSubject & Pick<Task, 'versionId' | 'announced'>): Promise<void> {
    const known = this.#find(task);
    if (known) this.#tasks.set(keyOf(task), { ...known, announced });
  }

  async acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    const { connector, versionId } = acknowledgement;
    this.#acknowledgements.set(connector, acknowledgement);
    await this.close({ kind: 'enter-secret', connector, versionId });
  }

  #isDone({ kind, connector = '', versionId }: Task): boolean {
    return kind === 'enter-secret' && this.#acknowledgements.get(connector)?.versionId === versionId;
  }

  #find(task: TaskSubject & Pick<Task, 'versionId'>): Task | undefined {
    const known = this.#tasks.get(keyOf(task));
    return known?.versionId === task.versionId ? known : undefined;
  }
}

function keyOf({ kind, connector = '' }: TaskSubject): string {
  return `${kind}#${connector}`;
}
