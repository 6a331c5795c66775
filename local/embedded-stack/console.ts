import { apiClient } from '../../cli/api/client.ts';
import { type RunningConsole, startConsole } from '../../cli/console/console.ts';
import { OPERATOR, REGION } from './names.ts';
import type { EmbeddedStack } from './stack.ts';

/** What differs from a console of AWS. */
export interface EmbeddedConsoleOptions {
  /** The time in the stack's AWS. */
  readonly now: () => Date;
  /** Hears what the console tells its person. */
  readonly note?: (line: string) => void;
}

/** Serves the console of an embedded stack, with the operator's keys. */
export async function startEmbeddedConsole(
  stack: EmbeddedStack,
  { now, note = () => {} }: EmbeddedConsoleOptions,
): Promise<RunningConsole> {
  const session = {
    keys: async () => OPERATOR,
    region: async () => REGION,
    secretsManager: async () => stack.secretsManager,
  };
  const api = apiClient(stack.apiUrl, session);
  return await startConsole({ prefix: stack.prefix, session, api, now, note });
}
