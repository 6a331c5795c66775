import * as z from 'zod';

/** How long Lambda tries to start the function for an event before it gives the event up, in milliseconds. */
export const MAX_EVENT_AGE_MS = 600_000;

/** A rotation that somebody has asked the API for. */
export const OnDemandEvent = z.strictObject({
  trigger: z.literal('api'),
  id: z.string(),
  /** Drawn by the API before anything begins. */
  requestId: z.string().optional(),
  reason: z.string().optional(),
  force: z.boolean().optional(),
  attended: z.boolean().optional(),
  revokePrevious: z.boolean().optional(),
  rollback: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  leaveBehind: z.array(z.string()).optional(),
  requestedBy: z.string(),
});

export type OnDemandEvent = z.infer<typeof OnDemandEvent>;
