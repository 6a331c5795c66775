import * as z from 'zod';

/** An instant, as `Date.toISOString` writes it. */
export const instant = z.iso.datetime();

export const credential = z.string().describe('Id of the credential.');

export const requestId = z
  .string()
  .optional()
  .describe('Id of the run: `GET /credentials/{credential}/rotations/{requestId}`.');

export const next = z.string().describe('What to do.');

/** An event in words, for a mail or a chat. Each member is one line. */
export const Message = z.object({
  title: z.string().describe('What happened to which credential.'),
  since: instant.describe('Since when it is so.'),
  next,
  runbook: z.string().describe('The section of the runbook, `docs/operations.md`, as an anchor.'),
});

export type Message = z.infer<typeof Message>;

/** The names in a closed table. */
export const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as [K, ...K[]];
