/**
 * What a person is asked to do: enter the current secret in a connector (`enter-secret`), refresh a client's secret in the IAM and
 * submit it (`submit-secret`), or refresh the client that is no longer in use, which ends its secret (`end-former-secret`).
 */
export type TaskKind = 'enter-secret' | 'submit-secret' | 'end-former-secret';

/** What a task is about: one of a kind and connector is open at a time. */
export interface TaskSubject {
  readonly kind: TaskKind;
  /** With `enter-secret`: the connector's name. */
  readonly connector?: string;
}

/** A task for a person. It holds no secret. */
export interface Task extends TaskSubject {
  /** The version that the task is about: the one to enter, the one to replace, or the one whose secret is to be ended. */
  readonly versionId: string;
  readonly openedAt: Date;
  readonly dueAt: Date;
  /** How many of the announcements have been made: at the opening, at half of the time, at 80 % of it, and when it is over. */
  readonly announced: number;
}

/** A person's word that a connector has a version. */
export interface Acknowledgement {
  readonly connector: string;
  readonly versionId: string;
  /** Who said so, as AWS names the principal. */
  readonly by: string;
  readonly at: Date;
}

/** What people were asked to do, and what they said. */
export interface TaskList {
  readonly tasks: readonly Task[];
  /** The last one of each connector. */
  readonly acknowledgements: readonly Acknowledgement[];
}

/**
 * The tasks and acknowledgements of one credential. They are no truth about a secret: where they are lost, people are asked again.
 * All methods throw a RotationError `tasks-unavailable`, or `tasks-throttled`, which is certain: nothing was carried out.
 */
export interface Tasks {
  /**
   * Everything that is known, as it is now (strongly consistent). A task to enter a version is done, and not among the tasks, once
   * the connector's last acknowledgement is about that version, whichever of the two was written first.
   */
  read(): Promise<TaskList>;

  /**
   * Opens a task. One of the same kind, connector and version stays as it is; one about another version is replaced. Idempotent.
   *
   * @returns the task that is open now
   */
  open(task: Omit<Task, 'announced'>): Promise<Task>;

  /** Closes a task, if it is still about this version. Idempotent. */
  close(task: TaskSubject & Pick<Task, 'versionId'>): Promise<void>;

  /** Notes that so many announcements of a task were made, if it is still about this version. Idempotent. */
  announced(task: TaskSubject & Pick<Task, 'versionId' | 'announced'>): Promise<void>;

  /** Notes a person's word, which replaces the connector's last one, and closes the connector's task about the same version. Idempotent. */
  acknowledge(acknowledgement: Acknowledgement): Promise<void>;
}
