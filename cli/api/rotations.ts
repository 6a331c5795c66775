import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Context, Result } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Api, ApiAnswer, ApiCall } from './client.ts';
import { getCredential } from './credentials.ts';
import { follow, type Place } from './follow.ts';
import { bodyOf } from './problems.ts';
import { rotationResult } from './report.ts';

/** A rotation to ask for. */
export interface RotationOrder {
  readonly id: string;
  readonly action: 'rotations' | 'rollback';
  readonly body: object;
  /** Waits for the end of the run, however long it takes. */
  readonly wait: boolean;
  /** How long `wait` waits, in milliseconds. */
  readonly patienceMs: number;
  /** A repeat with the same key is answered with the same rotation. @default - a repeat is another rotation */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Asks for a rotation. Without `wait` the answer is the API's own, which waits 25 s. With it, the run is followed to its end.
 *
 * @throws {CliError}
 */
export async function requestRotation(order: RotationOrder, context: Context): Promise<Result> {
  const api = await context.api();
  const before = order.wait ? await currentVersion(order.id, api) : undefined;
  const call = callOf(order, order.wait);
  const answer = await api.send(call);
  const withoutRecord = order.wait && order.idempotencyKey === undefined && isUnrecorded(answer);
  if (withoutRecord) {
    // Nothing has begun; a leaked secret can't wait for a table.
    context.note(`${order.id}: the record of runs does not answer, so the run can't be followed; asking without it`);
    return await requestRotation({ ...order, wait: false }, context);
  }
  const accepted = bodyOf<Rotation & Place>(call, answer);
  if (answer.status !== 202) return rotationResult(accepted);
  if (!order.wait) return goesOn(order.id, accepted);
  return await follow(order, { api, context, before, accepted });
}

function callOf({ id, action, body, idempotencyKey }: RotationOrder, wait: boolean): ApiCall {
  const key = idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey };
  const repeat =
    idempotencyKey === undefined
      ? `Look first: csr status ${id} and csr history ${id}.`
      : `Repeat the command with the same --idempotency-key: it gets the same rotation.`;
  return {
    method: 'POST',
    path: `/credentials/${encodeURIComponent(id)}/${action}`,
    body,
    credential: id,
    headers: { ...key, ...(wait && { prefer: 'respond-async' }) },
    ifLost: repeat,
  };
}

function isUnrecorded({ status, body }: ApiAnswer): boolean {
  const { code, nothingChanged } = (body ?? {}) as { code?: string; nothingChanged?: boolean };
  return status >= 500 && nothingChanged === true && /^ledger-/.test(code ?? '');
}

function goesOn(id: string, place: Place): Result {
  const name = place.requestId ?? place.rotationId;
  const text = `${id}: the rotation goes on${name ? ` (${name})` : ''}. Look later: csr status ${id}`;
  return { exit: EXIT.done, value: place, text };
}

/** What a caller who may rotate, and not look, does not get to know. */
async function currentVersion(id: string, api: Api): Promise<string | null | undefined> {
  try {
    return (await getCredential(id, api)).versionId;
  } catch {
    return undefined;
  }
}
