import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialView } from '../../functions/api/credentials.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Context, Result } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Api, ApiAnswer, ApiCall } from './client.ts';
import { getCredential } from './credentials.ts';
import { bodyOf } from './problems.ts';
import { rotationResult } from './report.ts';
import { endOf, type RunView } from './runs.ts';

const POLL_MS = 1000;
/** How long a run may be unknown after the API has accepted it, in milliseconds. */
const UNKNOWN_MS = 60_000;
/** States of a rotation whose secret is, or was, current. */
const PROMOTED: readonly string[] = ['current', 'previous', 'superseded'];

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

/** How a run is known before and after it has begun. */
interface Place {
  readonly rotationId?: string | null;
  readonly requestId?: string | null;
  /** False when the record of runs doesn't know of this one. */
  readonly recorded?: boolean;
}

/**
 * Asks for a rotation. Without `wait` the answer is the API's own, which waits 25 s. With it, the run is followed to its end.
 *
 * @throws {CliError}
 */
export async function requestRotation(order: RotationOrder, context: Context): Promise<Result> {
  const api = await context.api();
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
  return await follow(order, { api, context, answer, accepted });
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

/** What following a run needs. */
interface Following {
  readonly api: Api;
  readonly context: Context;
  readonly answer: ApiAnswer;
  readonly accepted: Place;
}

async function follow({ id, patienceMs }: RotationOrder, following: Following): Promise<Result> {
  const { api, context, answer, accepted } = following;
  const name = accepted.recorded === false ? undefined : (accepted.requestId ?? accepted.rotationId ?? undefined);
  const began = Date.now();
  const tell = progress(id, context);
  tell('accepted');
  for (;;) {
    const view = name === undefined ? undefined : await runView(id, name, api);
    const end = view && endOf(id, view);
    if (end) return end;
    const now = await getCredential(id, api);
    tell(progressOf(view, now, startOf(answer)));
    if (name === undefined || PROMOTED.includes(view?.state ?? '')) {
      const ended = endByLabels(now, { since: startOf(answer), name });
      if (ended) return ended;
    }
    const waited = Date.now() - began;
    if (waited > patienceMs || (name !== undefined && !view && waited > UNKNOWN_MS)) throw tooLong(id, name);
    await sleep(POLL_MS);
  }
}

/** The run, or undefined while the API doesn't know it yet. */
async function runView(id: string, name: string, api: Api): Promise<RunView | undefined> {
  const path = `/credentials/${encodeURIComponent(id)}/rotations/${encodeURIComponent(name)}`;
  const call: ApiCall = { method: 'GET', path, credential: id };
  const answer = await api.send(call);
  return answer.status === 404 ? undefined : bodyOf<RunView>(call, answer);
}

/** As much of the steps as the labels show while a run goes on. */
function progressOf(
  view: RunView | undefined,
  { pending, rotatedAt, versionId }: CredentialView,
  since: number,
): string {
  const status = view?.status ?? view?.state ?? 'accepted';
  if (Date.parse(rotatedAt ?? '') >= since) return `${status}: the new version ${versionId} is current`;
  return pending ? `${status}: a new secret is stored, and not yet current` : status;
}

/** The end of a run that is in no record: nothing is pending any more. */
function endByLabels(
  now: CredentialView,
  { since, name }: { since: number; name: string | undefined },
): Result | undefined {
  const { id, pending, rotatedAt, versionId } = now;
  const isNew = name === undefined ? Date.parse(rotatedAt ?? '') >= since : versionId === name;
  if (pending || !isNew) return undefined;
  return {
    exit: EXIT.done,
    value: now,
    text: `${id}: the new version ${versionId} is current, and nothing is pending.`,
  };
}

/** When the API took the call, by its own clock; a whole second is what the header tells. */
function startOf({ headers, at }: ApiAnswer): number {
  return (Date.parse(headers.get('date') ?? '') || at) - 30_000;
}

function tooLong(id: string, name: string | undefined): CliError {
  return new CliError(EXIT.changed, {
    what: 'The rotation has not come to its end in the time that was given',
    credential: id,
    detail: name === undefined ? undefined : `its id is ${name}`,
    state: 'the rotation may go on',
    next: `Look later: csr status ${id}.`,
  });
}

/** Tells each step once. */
function progress(id: string, { note }: Context): (step: string) => void {
  let last: string | undefined;
  return (step) => {
    if (step !== last) note(`${id}: ${step}`);
    last = step;
  };
}
