import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { AgentSettings } from './agents.ts';

/** The stack of a file's credentials. */
export const stack = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    'must be 2 to 40 lower-case letters, digits and hyphens, for example the name of a customer',
  )
  .optional()
  .describe(
    'The stack in which the credentials and agents of this file lie, beside that of the service: a name of your own, for example a customer. Several files may name the same. Chosen before the first deployment of the file, and not changed afterwards. Without it they lie in the stack of the service.',
  );

/** Over how many stacks a file's credentials are spread. */
export const spread = z
  .int()
  .min(2)
  .max(500)
  .optional()
  .describe(
    'For a file with more credentials than a stack holds: over so many stacks they are spread, each by its id alone. About 80 for each stack leave room. Chosen before the first deployment of the file, and not changed afterwards.',
  );

/** What a file says of its stacks. */
export interface StackChoice {
  readonly stack?: string | undefined;
  readonly spread?: number | undefined;
}

/** The part of a fleet that lies in one stack. */
export interface FleetPart {
  /** @default - it lies in the stack of the service */
  readonly stack?: string;
  readonly credentials: readonly Credential[];
  readonly agents: readonly AgentSettings[];
}

/**
 * The name of the stack in which a credential lies. It depends on its own id and on what its file says, and on nothing that comes and
 * goes: a credential never moves.
 *
 * @returns undefined for the stack of the service
 */
export function stackOf(id: string, { stack: name, spread: count }: StackChoice): string | undefined {
  if (name === undefined || count === undefined) return name;
  const bucket = createHash('sha256').update(id).digest().readUInt32BE() % count;
  return `${name}-${String(bucket + 1).padStart(String(count).length, '0')}`;
}

/** What one file holds. */
export interface FileContent extends StackChoice {
  readonly credentials: readonly Credential[];
  readonly agents: readonly AgentSettings[];
}

/** Files, taken apart into what lies in each stack: that of the service first, then by the stacks' names. */
export function partsOf(files: readonly FileContent[]): FleetPart[] {
  const credentials = files.flatMap((file) => file.credentials.map((one) => ({ one, stack: stackOf(one.id, file) })));
  const agents = files.flatMap((file) => file.agents.map((one) => ({ one, stack: file.stack })));
  const byStack = Map.groupBy(credentials, ({ stack: name }) => name);
  const agentsByStack = Map.groupBy(agents, ({ stack: name }) => name);
  const names = [...new Set([...byStack.keys(), ...agentsByStack.keys()])].filter((name) => name !== undefined);
  return [undefined, ...names.toSorted((one, other) => (one < other ? -1 : 1))].map((name) => ({
    ...(name !== undefined && { stack: name }),
    credentials: (byStack.get(name) ?? []).map(({ one }) => one),
    agents: (agentsByStack.get(name) ?? []).map(({ one }) => one),
  }));
}
