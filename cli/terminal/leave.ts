import type { CliError } from '../errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Somebody has left a command: what it had begun is not waited for. */
let left = false;

/** Whether the process has to end, whatever it still does. */
export function wasLeft(): boolean {
  return left;
}

/**
 * Does something that a person may leave, by Ctrl-C for example. Whoever leaves is told what state things are in.
 *
 * @param failure says it, when the time has come
 */
export async function leavable<T>(failure: () => CliError, work: () => Promise<T>): Promise<T> {
  let leave = () => {};
  const signal = new Promise<never>((_, reject) => {
    leave = () => {
      left = true;
      reject(failure());
    };
  });
  for (const name of SIGNALS) process.once(name, leave);
  try {
    return await Promise.race([work(), signal]);
  } finally {
    for (const name of SIGNALS) process.off(name, leave);
  }
}
