import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { RotationError } from '../../credential/errors.ts';
import type { FleetRequest } from '../../credential/events/fleet-rotation.ts';
import { type FleetProgress, progressOf } from '../../many/progress.ts';
import type { Executions } from '../../ports/many/executions.ts';
import type { FleetRecords } from '../../ports/many/records.ts';
import { canBe } from '../contract/requests.ts';
import { type ApiResponse, json } from '../problem.ts';

/** What fleet rotations need. */
export interface FleetRotationsDeps {
  /** Absent where there is no state machine: in the embedded stack. */
  readonly executions?: Executions | undefined;
  readonly fleetRecords: Pick<FleetRecords, 'ask' | 'stop' | 'read'>;
  /** Draws a request id. */
  readonly newRequestId: () => string;
  readonly now: () => Date;
}

/** A fleet rotation that somebody asks for. */
export interface FleetCall {
  readonly body: FleetRequest;
  readonly requestedBy: string;
  /** Of the header `Idempotency-Key`. */
  readonly key?: string | undefined;
}

/**
 * Begins a fleet rotation. It is noted first; its execution's name is its id, which Step Functions takes once. So a call that is
 * repeated with its key begins what was not begun yet, and nothing twice.
 *
 * @throws {RotationError} `idempotency-key-reused` with another body, `executions-*`, `ledger-*`, `not-available`
 */
export async function startFleetRotation(
  { body, requestedBy, key }: FleetCall,
  deps: FleetRotationsDeps,
): Promise<ApiResponse> {
  const executions = executionsOf(deps);
  const executionId = key === undefined ? deps.newRequestId() : idOfKey(key);
  const origin = { executionId, request: JSON.parse(JSON.stringify(body)) as FleetRequest, requestedBy };
  const known = await deps.fleetRecords.ask({ ...origin, requestedAt: deps.now() });
  if (!isDeepStrictEqual(known.request, origin.request))
    throw new RotationError('idempotency-key-reused', 'This Idempotency-Key came with another body');
  if (!known.ended) await executions.start(executionId);
  return json(202, { executionId }, { location: `/rotations/${executionId}` });
}

/** How far it is. @throws {RotationError} `rotation-unknown`, `executions-*`, `ledger-*`, `not-available` */
export async function fleetRotationView(executionId: string, deps: FleetRotationsDeps): Promise<FleetProgress> {
  const executions = executionsOf(deps);
  if (!canBe('executionId', executionId)) throw unknown(executionId);
  // The execution first: one that ends meanwhile has noted its end by then.
  const running = await executions.isRunning(executionId);
  const recorded = await deps.fleetRecords.read(executionId);
  if (!recorded) throw unknown(executionId);
  return progressOf(recorded, running, deps.now());
}

/**
 * Lets no further run begin. Runs that have begun are finished, and then the fleet rotation ends by itself. Idempotent.
 *
 * @throws {RotationError} `rotation-unknown`, `executions-*`, `ledger-*`, `not-available`
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

/** The same for each call with the key, and in the form that Step Functions takes as a name. */
function idOfKey(key: string): string {
  return `key-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}

function executionsOf({ executions }: FleetRotationsDeps): Executions {
  if (executions) return executions;
  const next = 'Deploy the stack to rotate many at once.';
  throw new RotationError('not-available', 'There is no state machine here', { next });
}

function unknown(executionId: string): RotationError {
  const shown = canBe('executionId', executionId) ? ` ${executionId}` : '';
  const next = 'See the answer of the call that has started it.';
  return new RotationError('rotation-unknown', `There is no fleet rotation${shown}`, { next });
}
