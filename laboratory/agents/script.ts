import * as z from 'zod';

const milliseconds = z.int().nonnegative();

/** What can become of a message: it never comes, comes so much later, or comes at once and so much later once more. */
export const FATES = ['lost', 'late', 'doubled'] as const;

/** A message's misfortune. */
const Mishap = z.strictObject({
  of: z.enum(['request', 'reply']),
  /** Which of all requests, or of all replies, from 1. */
  nth: z.int().positive(),
  fate: z.enum(FATES),
  ms: milliseconds.default(0),
});

/** Before a step, after it, or in the middle: with the new file written, and not yet in the old one's place. */
export const DEATHS = ['before', 'within', 'after'] as const;

/** The program is killed, and started again later. */
const Death = z.strictObject({
  /** At which of its steps, from 1. */
  step: z.int().positive(),
  when: z.enum(DEATHS),
  down: milliseconds,
});

/**
 * `stopped`: the program ends and is started again. `paused`: its machine stands still, and goes on where it was. `cut-off`: neither
 * SQS nor Secrets Manager can be reached.
 */
export const SILENCES = ['stopped', 'paused', 'cut-off'] as const;

/** A time in which nothing is heard of the agent, from so many milliseconds after the beginning of the scene on. */
const Silence = z.strictObject({ kind: z.enum(SILENCES), from: milliseconds, lasts: milliseconds });

/** `fails`: the connector goes on with what it has loaded. `not-ready`: it loads what is stored, and is not seen to come up. */
export const RESTARTS = ['fails', 'not-ready'] as const;

/** Restarts of the connector that go wrong. */
const Restart = z.strictObject({
  /** From which restart on, from 1, and how many. */
  nth: z.int().positive(),
  times: z.int().positive(),
  how: z.enum(RESTARTS),
});

/** What goes wrong between runs and an agent, and at the agent. */
export const AgentScene = z.strictObject({
  /** How long a restart of the connector takes, in milliseconds. */
  restartMs: milliseconds.max(44_000).default(900),
  /** By how much the clock of its host is ahead, in milliseconds. */
  ahead: z.int().min(-600_000).max(600_000).default(0),
  messages: z.array(Mishap).default([]),
  deaths: z.array(Death).default([]),
  silences: z.array(Silence).default([]),
  restarts: z.array(Restart).default([]),
});

export type AgentScene = z.infer<typeof AgentScene>;

/** Whether anything goes wrong there. */
export function isTroubled({ ahead, messages, deaths, silences, restarts, restartMs }: AgentScene): boolean {
  return ahead !== 0 || restartMs > 10_000 || messages.length + deaths.length + silences.length + restarts.length > 0;
}
