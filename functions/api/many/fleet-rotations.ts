import { isRotationError, RotationError } from '../../credential/errors.ts';
import { type FleetSummary, summaryOf } from '../../many/about.ts';
import { type FleetProgress, progressOf } from '../../many/progress.ts';
import type { Executions } from '../../ports/many/executions.ts';
import type { FleetHead, FleetRecords } from '../../ports/many/records.ts';
import { canBe } from '../contract/requests.ts';

/** What fleet rotations need. */
export interface FleetRotationsDeps {
  /** Absent where there is no state machine: in the embedded stack. */
  readonly executions?: Executions | undefined;
  readonly fleetRecords: Omit<FleetRecords, 'chosen' | 'end'>;
  /** Draws a request id. */
  readonly newRequestId: () => string;
  readonly now: () => Date;
}

/** The last ones, newest first. @throws {RotationError} `executions-unavailable`, `ledger-*`, `not-available` */
export async function fleetRotationsList(
  { limit }: { readonly limit: number },
  deps: FleetRotationsDeps,
): Promise<{ readonly rotations: FleetSummary[] }> {
  executionsOf(deps);
  const heads = await deps.fleetRecords.recent(limit);
  const rotations = await Promise.all(
    heads.map(async (noted) => {
      const { executionId } = noted;
      const again = async () => await deps.fleetRecords.head(executionId);
      const { known, running } = await looked({ noted, head: noted, again }, deps);
      return summaryOf(known, running, deps.now());
    }),
  );
  return { rotations };
}

/** How far it is. @throws {RotationError} `rotation-unknown`, `executions-unavailable`, `ledger-*`, `not-available` */
export async function fleetRotationView(executionId: string, deps: FleetRotationsDeps): Promise<FleetProgress> {
  executionsOf(deps);
  if (!canBe('executionId', executionId)) throw unknown(executionId);
  const again = async () => await deps.fleetRecords.read(executionId);
  const noted = await again();
  if (!noted) throw unknown(executionId);
  const { known, running } = await looked({ noted, head: noted.head, again }, deps);
  return progressOf(known, running, deps.now());
}

/**
 * Lets no further run begin. Runs that have begun are finished, and then the fleet rotation ends by itself. Idempotent.
 *
 * @throws {RotationError} `rotation-unknown`, `executions-unavailable`, `ledger-*`, `not-available`
 */
export async function stopFleetRotation(
  { executionId, by }: { readonly executionId: string; readonly by: string },
  deps: FleetRotationsDeps,
): Promise<FleetProgress> {
  const known = await fleetRotationView(executionId, deps);
  if (known.status === 'ended') return known;
  await deps.fleetRecords.stop(executionId, by, deps.now());
  return await fleetRotationView(executionId, deps);
}

/** @throws {RotationError} `not-available` */
export function executionsOf({ executions }: FleetRotationsDeps): Executions {
  if (executions) return executions;
  const next = 'Deploy the stack to rotate many at once.';
  throw new RotationError('not-available', 'There is no state machine here', { next });
}

interface Noted<T> {
  readonly noted: T;
  readonly head: FleetHead;
  /** Reads it anew. */
  readonly again: () => Promise<T | undefined>;
}

/**
 * Asks Step Functions whether an execution goes on, where no end is noted: Step Functions forgets an execution after 90 days, the table
 * after 400. While it is too busy to say, what the table says is taken: the next look tells.
 */
async function looked<T>({ noted, head, again }: Noted<T>, deps: FleetRotationsDeps) {
  const running = head.ended ? false : await isRunning(head.executionId, executionsOf(deps));
  // One that has ended between the two looks has noted its end by now.
  const known = running || head.ended ? noted : ((await again()) ?? noted);
  return { known, running };
}

async function isRunning(executionId: string, executions: Executions): Promise<boolean | undefined> {
  try {
    return await executions.isRunning(executionId);
  } catch (error) {
    if (isRotationError(error, 'executions-throttled')) return true;
    throw error;
  }
}

function unknown(executionId: string): RotationError {
  const shown = canBe('executionId', executionId) ? ` ${executionId}` : '';
  const next = 'List the last ones with GET /rotations.';
  return new RotationError('rotation-unknown', `There is no fleet rotation${shown}`, { next });
}
