import * as z from 'zod';
import { RENEWALS, STRATEGIES } from './combinations.ts';
import { PlannedFault } from './faults.ts';

/** How the credential is found. */
export const STARTS = ['rest', 'grace', 'behind', 'retire-due', 'first-run', 'foreign', 'restored', 'expired'] as const;

/** What asks for something. */
const TRIGGERED = ['schedule', 'api', 'secrets-manager', 'retire', 'rollback'] as const;

/** What a person, or a mishap at the IAM, does in between. */
export const DEEDS = ['regenerate', 'restore', 'stale-save', 'forget', 'remove-policy'] as const;

/** Everything that decides how a scene goes: played again, it goes the same way. */
export const Script = z.strictObject({
  strategy: z.enum(STRATEGIES),
  renewal: z.enum(RENEWALS),
  native: z.boolean().default(false),
  start: z.enum(STARTS).default('rest'),
  connectors: z.int().min(1).max(3).default(1),
  events: z.array(z.strictObject({ at: z.int().nonnegative(), do: z.enum([...TRIGGERED, ...DEEDS]) })),
  faults: z.array(PlannedFault).default([]),
  turns: z.array(z.int().nonnegative()).default([]),
  /** Plays the next scheduled run in any case, not only where something is left to it. */
  nextRun: z.boolean().default(false),
});

export type Script = z.infer<typeof Script>;

export type Deed = (typeof DEEDS)[number];

/** Whether a person or a mishap has a part in it: then an outage may be theirs. */
export function hasDeed({ events, start, strategy }: Script): boolean {
  // With an IAM that keeps the previous secret, none of these refuses anything yet.
  const harmless = strategy === 'dual-secret' ? ['foreign', 'behind'] : strategy === 'in-place' ? [] : ['behind'];
  const begun = ['foreign', 'behind', 'restored', 'expired'].includes(start) && !harmless.includes(start);
  return begun || events.some((event) => isDeed(event.do));
}

export function isDeed(name: string): name is Deed {
  return (DEEDS as readonly string[]).includes(name);
}
