import { createHash } from 'node:crypto';

/** How often the audit runs, in milliseconds. */
const SLOT_MS = 15 * 60_000;
/** After so many slots, an hour, the current secret of a credential is tried again. */
const PROBED_EVERY = 4;
/** After so many slots, 12 hours, a credential is looked at in whole again: a slot that is missed still leaves one look a day. */
const SEEN_EVERY = 48;

/** How a credential is looked at: its labels, dates and a token request; or everything. */
export type Depth = 'probe' | 'whole';

/**
 * What an audit does about a credential. The id and the time decide, so nothing has to be remembered, and credentials spread evenly.
 *
 * @param at the time for which the audit was planned: one that is delivered late still does its own part
 * @returns undefined where another audit's turn comes
 */
export function depthOf(id: string, at: Date): Depth | undefined {
  const turn = createHash('sha256').update(id).digest().readUInt32BE(0) % SEEN_EVERY;
  if (turn === turnAt(at)) return 'whole';
  return turn % PROBED_EVERY === turnAt(at) % PROBED_EVERY ? 'probe' : undefined;
}

/** Which turn it is: all that are looked at in whole then are so again half a day later. */
export function turnAt(at: Date): number {
  return Math.floor(at.getTime() / SLOT_MS) % SEEN_EVERY;
}
