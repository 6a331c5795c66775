import { type Deployment, readContext } from '../../infra/context.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';

/** What a context says. @throws {ConfigurationError} */
export function read(context: Record<string, unknown>): Deployment {
  return readContext((key) => context[key]);
}

/** What is wrong with a context, a line each. */
export function faults(context: Record<string, unknown>): readonly string[] {
  try {
    read(context);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
  return [];
}
