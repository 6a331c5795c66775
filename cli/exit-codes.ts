/** How a command ends. The numbers are part of the command line, and don't change. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** Failed, and nothing was changed. */
  failed: 1,
  /** The command can't be carried out as it was typed. */
  usage: 2,
  /** Failed, and something was changed, or nobody knows. */
  changed: 3,
  /** Not now: the same command can succeed later. */
  notNow: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
