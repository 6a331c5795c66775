/** What only a person can do, or has to decide. */
export interface Manual {
  /** What is not as it has to be. */
  readonly what: string;
  /** What to do, one step each. */
  readonly steps: readonly string[];
  /** Whether no rotation works before it is done. */
  readonly needed: boolean;
}

/** The last step of most. */
export const REPEAT = 'Repeat the command.';
