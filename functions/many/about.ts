import type { FleetRequest } from '../credential/events/fleet-rotation.ts';
import type { FleetOutcome } from '../credential/outcome.ts';
import type { FleetCounts, FleetHead } from '../ports/many/records.ts';

/** A fleet rotation as a whole: what was asked, and where it stands. */
export interface FleetAbout {
  readonly executionId: string;
  readonly status: 'choosing' | 'rotating' | 'stopping' | 'ended';
  /** Null before the end. */
  readonly outcome: FleetOutcome | null;
  readonly request: FleetRequest;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly stoppedBy?: string;
  /** Where the manifest is, once it has ended. */
  readonly manifest: string | null;
}

/** A fleet rotation in a list. */
export interface FleetSummary extends FleetAbout {
  /** How many credentials were chosen; null before that. */
  readonly total: number | null;
  /** Of these, as its end was noted; null before the end, and where none was noted. */
  readonly counts: FleetCounts | null;
}

/** So long an execution may be unknown after its start, in milliseconds: a call that starts one has ended by then. */
const BEGINS_MS = 60_000;

/**
 * Whether a fleet rotation goes on.
 *
 * @param running whether its execution does; undefined where none is known
 * @param since when it was to be started
 */
export function goesOn(running: boolean | undefined, since: Date, now: Date): boolean {
  return running ?? now.getTime() - since.getTime() < BEGINS_MS;
}

/** Where a fleet rotation stands. @param running whether its execution goes on; undefined where none is known */
export function aboutOf(head: FleetHead, running: boolean | undefined, now: Date): FleetAbout {
  const { executionId, request, requestedBy, requestedAt, stopped, ended } = head;
  const outcome = ended?.outcome ?? (goesOn(running, requestedAt, now) ? null : 'broken');
  return {
    executionId,
    status: outcome ? 'ended' : statusOf(head),
    outcome,
    request,
    requestedBy,
    requestedAt: requestedAt.toISOString(),
    endedAt: ended?.at.toISOString() ?? null,
    ...(stopped && { stoppedBy: stopped.by }),
    manifest: ended?.manifest ?? null,
  };
}

/** A fleet rotation for a list. @param running whether its execution goes on; undefined where none is known */
export function summaryOf(head: FleetHead, running: boolean | undefined, now: Date): FleetSummary {
  const { waves, ended } = head;
  return {
    ...aboutOf(head, running, now),
    total: waves?.reduce((sum, { total }) => sum + total, 0) ?? null,
    counts: ended?.counts ?? null,
  };
}

function statusOf({ waves, stopped }: FleetHead): FleetAbout['status'] {
  if (stopped) return 'stopping';
  return waves ? 'rotating' : 'choosing';
}
