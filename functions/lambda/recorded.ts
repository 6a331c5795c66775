import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import { requestIdAt } from '../credential/events/request-id.ts';
import { retireEvent } from '../credential/published/retired.ts';
import { rotationEvent } from '../credential/published/rotation-ended.ts';
import type { PublishedEvent } from '../credential/published/vocabulary.ts';
import type { Events } from '../ports/events.ts';
import type { RunEnd, RunLedger, RunOrigin, RunProblem } from '../ports/ledger.ts';
import { tryMsOfRest } from './compose/budgeted.ts';
import type { World } from './compose/runs.ts';
import type { RetireEvent, RotateEvent } from './events.ts';
import { measure } from './metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** A try of the note that a run begins, or of its event, gets this part of the HTTP timeout: the run itself matters more. */
const SMALL_PART = 4;

/** Who asked for this run. A run that was not asked for by the API draws its own id. */
export function originOf(event: RotateEvent | RetireEvent, world: Pick<World, 'now' | 'newId'>): RunOrigin {
  const requestedAt = world.now();
  const drawn = () => requestIdAt(requestedAt, world.newId());
  if (event.trigger === 'retire') return { requestId: drawn(), kind: 'retire', trigger: 'schedule', requestedAt };
  if (event.trigger === 'schedule') return { requestId: drawn(), kind: 'rotation', trigger: 'schedule', requestedAt };
  const { requestId = drawn(), requestedBy, reason, force, attended, leaveBehind, revokePrevious, rollback } = event;
  const given = Object.entries({ force, attended, leaveBehind, revokePrevious, rollback });
  const asked = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return {
    requestId,
    kind: 'rotation',
    trigger: 'api',
    requestedBy,
    ...(reason !== undefined && { reason }),
    ...(Object.keys(asked).length > 0 && { asked }),
    requestedAt,
  };
}

/** Where a run is noted and published, and how it is told that a note or an event is missing. */
export interface Recording {
  readonly run: RunOrigin;
  readonly ledger: Pick<RunLedger, 'begin' | 'end'>;
  readonly events: Pick<Events, 'publish'>;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

/** How long the notes of a run may take: what is left of the function's time, and at its beginning not much. */
export function ledgerWithin(
  { world, id }: { readonly world: Pick<World, 'ledger'>; readonly id: string },
  { remainingMs, httpTimeoutMs }: { readonly remainingMs: () => number; readonly httpTimeoutMs: number },
): Recording['ledger'] {
  const within = (mostMs: number) => world.ledger(id, () => tryMsOfRest(remainingMs(), mostMs));
  return {
    begin: (run, begunAt) => within(httpTimeoutMs / SMALL_PART).begin(run, begunAt),
    end: (run, end) => within(httpTimeoutMs).end(run, end),
  };
}

/** How long an event at the end of a run may take: what the ledger has left of the function's time. */
export function eventsWithin(
  { events }: Pick<World, 'events'>,
  { remainingMs, httpTimeoutMs }: { readonly remainingMs: () => number; readonly httpTimeoutMs: number },
): Recording['events'] {
  return {
    publish: async (event) => {
      const tryMs = tryMsOfRest(remainingMs(), httpTimeoutMs / SMALL_PART);
      if (tryMs <= 0) throw new RotationError('events-unavailable', 'No time is left to call EventBridge');
      await events.publish(event, tryMs);
    },
  };
}

/** @returns false when this run has begun before. A ledger that can't be asked keeps nothing from beginning */
export async function noteBegin({ run, ledger, telemetry, now }: Recording): Promise<boolean> {
  try {
    return await ledger.begin(run, now());
  } catch (error) {
    telemetry.logger.warn('the beginning was not recorded', { failure: describeError(error) });
    return true;
  }
}

/**
 * Notes how a run ended, then publishes it: the last things that the run does. The run stands, whatever becomes of them.
 *
 * @returns whether it was noted
 */
export async function noteEnd(recording: Recording, end: RunEnd): Promise<boolean> {
  const noted = await record(recording, end);
  const event = eventOf(end);
  if (event) await publish(recording, event);
  return noted;
}

async function record({ run, ledger, telemetry }: Recording, end: RunEnd): Promise<boolean> {
  try {
    await ledger.end(run, end);
    return true;
  } catch (error) {
    telemetry.logger.error('ledger record missing', { requestId: run.requestId, failure: describeError(error) });
    measure('LedgerRecordMissing', 1, telemetry);
    return false;
  }
}

/** A run that came to no report is no event: it is tried again, or the call was answered with the reason. */
function eventOf({ endedAt, rotation, retire }: RunEnd): PublishedEvent | undefined {
  if (rotation) return rotationEvent(rotation);
  return retire && retireEvent(retire, endedAt);
}

async function publish({ run, events, telemetry }: Recording, event: PublishedEvent): Promise<void> {
  try {
    await events.publish(event);
  } catch (error) {
    const { detailType } = event;
    telemetry.logger.error('event missing', { requestId: run.requestId, detailType, failure: describeError(error) });
    measure('EventMissing', 1, telemetry);
  }
}

/** Why a run came to no report. */
export function problemOf(error: unknown): RunProblem {
  if (!isRotationError(error)) return { ...describeError(error), nothingChanged: null };
  const { retryAfter, changed, pointer } = error;
  const known = { ...(retryAfter !== undefined && { retryAfter }), ...(pointer !== undefined && { pointer }) };
  return { ...describeError(error), ...known, nothingChanged: changed === null ? null : !changed };
}
