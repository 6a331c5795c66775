/** The state machine of fleet rotations. Both methods throw a RotationError `executions-unavailable` or `executions-throttled`. */
export interface Executions {
  /** Starts an execution. Idempotent: an id is started once, however often it is asked for. */
  start(executionId: string): Promise<void>;

  /** Whether an execution goes on; undefined where none is known, as shortly after its start. */
  isRunning(executionId: string): Promise<boolean | undefined>;
}
