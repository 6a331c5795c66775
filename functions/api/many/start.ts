import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ERRORS, RotationError } from '../../credential/errors.ts';
import type { FleetRequest } from '../../credential/events/fleet-rotation.ts';
import { goesOn } from '../../many/about.ts';
import type { FleetHead, FleetPlace } from '../../ports/many/records.ts';
import { type ApiResponse, json, problem } from '../problem.ts';
import { executionsOf, type FleetRotationsDeps } from './fleet-rotations.ts';

/** A fleet rotation that somebody asks for. */
export interface FleetCall {
  readonly body: FleetRequest;
  readonly requestedBy: string;
  /** Of the header `Idempotency-Key`. */
  readonly key?: string | undefined;
}

/**
 * Begins a fleet rotation, unless another one is under way; a dry run always. It is noted first; its execution's name is its id, which
 * Step Functions takes once. So a call that is repeated with its key begins what was not begun yet, and nothing twice.
 *
 * @throws {RotationError} `idempotency-key-reused` with another body, `executions-*`, `ledger-*`, `not-available`
 */
export async function startFleetRotation(
  { body, requestedBy, key }: FleetCall,
  deps: FleetRotationsDeps,
): Promise<ApiResponse> {
  const executions = executionsOf(deps);
  const executionId = key === undefined ? deps.newRequestId() : idOfKey(key);
  const request = JSON.parse(JSON.stringify(body)) as FleetRequest;
  const accepted = json(202, { executionId }, { location: `/rotations/${executionId}` });
  const before = key === undefined ? undefined : await deps.fleetRecords.head(executionId);
  if (before && hasBegun(sameAs(request, before))) return accepted;
  const inTheWay = request.dryRun ? undefined : await takePlace(executionId, deps);
  if (inTheWay !== undefined) {
    // A repeat of a call that has begun one, which then died early.
    if (before && (await executions.isRunning(executionId)) !== undefined) return accepted;
    return inProgress(inTheWay);
  }
  const known = await deps.fleetRecords.ask({ executionId, request, requestedBy, requestedAt: deps.now() });
  if (!hasBegun(sameAs(request, known))) await executions.start(executionId);
  return accepted;
}

/**
 * Takes the one place. Who has it may be over, whatever has become of it: an end that is noted says so, else the state of its execution.
 * So nothing has to give the place back.
 *
 * @returns who is in the way
 */
async function takePlace(executionId: string, deps: FleetRotationsDeps): Promise<string | undefined> {
  const { fleetRecords, now } = deps;
  const place = { executionId, takenAt: now() };
  const first = await fleetRecords.take(place);
  if (first.executionId === executionId) return undefined;
  if (await isUnderWay(first, deps)) return first.executionId;
  // Whoever was faster has begun just now.
  const { executionId: second } = await fleetRecords.take(place, first);
  return second === executionId ? undefined : second;
}

async function isUnderWay({ executionId, takenAt }: FleetPlace, deps: FleetRotationsDeps): Promise<boolean> {
  if ((await deps.fleetRecords.head(executionId))?.ended) return false;
  return goesOn(await executionsOf(deps).isRunning(executionId), takenAt, deps.now());
}

/** @throws {RotationError} `idempotency-key-reused` */
function sameAs(request: FleetRequest, known: FleetHead): FleetHead {
  if (isDeepStrictEqual(known.request, request)) return known;
  throw new RotationError('idempotency-key-reused', 'This Idempotency-Key came with another body');
}

/** Whether its execution was there: Step Functions forgets it after 90 days, and would take its name anew. */
function hasBegun({ waves, ended }: FleetHead): boolean {
  return (waves ?? ended) !== undefined;
}

function inProgress(executionId: string): ApiResponse {
  const code = 'fleet-rotation-in-progress';
  const detail = `The rotation of many ${executionId} is under way, and there is one at a time`;
  return problem(code, { detail, executionId, nothingChanged: true, next: ERRORS[code].next });
}

/** The same for each call with the key, and in the form that Step Functions takes as a name. */
function idOfKey(key: string): string {
  return `key-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}
