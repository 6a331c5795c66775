import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Context, Result } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Api, ApiAnswer, ApiCall } from './client.ts';
import { bodyOf } from './problems.ts';
import { rotationResult } from './report.ts';
import { endOf, type RunView, rotationIn } from './runs.ts';

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
  /** A repeat with the same key is answered with the same rotation. @default - a new one */
  readonly idempotencyKey?: string | undefined;
}

/** How a run is known before and after it has begun. */
interface Place {
  readonly rotationId?: string | null;
  readonly requestId?: string | null;
}

/**
 * Asks for a rotation. Without `wait` the answer is the API's own, which waits 25 s. With it, the run is followed to its end.
 *
 * @throws {CliError}
 */
export async function requestRotation(order: RotationOrder, context: Context): Promise<Result> {
  const { id, action, body, wait, idempotencyKey = randomUUID() } = order;
  const api = await context.api();
  const call: ApiCall = {
    method: 'POST',
    path: `/credentials/${encodeURIComponent(id)}/${action}`,
    body,
    credential: id,
    headers: { 'idempotency-key': idempotencyKey, ...(wait && { prefer: 'respond-async' }) },
    ifLost: `Look first: csr status ${id}. Then repeat the command with --idempotency-key ${idempotencyKey}: where the first call was carried out, its answer is repeated.`,
  };
  const answer = await api.send(call);
  const accepted = bodyOf<Rotation & Place>(call, answer);
  if (answer.status !== 202) return rotationResult(accepted);
  if (!wait) return goesOn(id, accepted);
  return await follow(order, { api, context, answer, accepted });
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
  const name = accepted.requestId ?? accepted.rotationId ?? undefined;
  const began = Date.now();
  const tell = progress(id, context);
  tell('accepted', []);
  for (;;) {
    const waited = Date.now() - began;
    const view = name === undefined ? undefined : await runView(id, name, { api, tolerant: waited < UNKNOWN_MS });
    const end = view && endOf(id, view);
    if (end) return end;
    if (view) tell(view.state ?? 'under way', rotationIn(view).steps ?? []);
    if (name === undefined || PROMOTED.includes(view?.state ?? '')) {
      const ended = await endByLabels(id, { api, since: startOf(answer), name });
      if (ended) return ended;
    }
    if (waited > patienceMs) throw tooLong(id, name);
    await sleep(POLL_MS);
  }
}

/** The run, or undefined while the API doesn't know it yet. */
async function runView(
  id: string,
  name: string,
  { api, tolerant }: { api: Api; tolerant: boolean },
): Promise<RunView | undefined> {
  const path = `/credentials/${encodeURIComponent(id)}/rotations/${encodeURIComponent(name)}`;
  const call: ApiCall = { method: 'GET', path, credential: id };
  const answer = await api.send(call);
  if (tolerant && answer.status === 404) return undefined;
  return bodyOf<RunView>(call, answer);
}

/** The end of a run of a deployment that keeps no record of runs: nothing is pending any more. */
async function endByLabels(
  id: string,
  { api, since, name }: { api: Api; since: number; name: string | undefined },
): Promise<Result | undefined> {
  const call: ApiCall = { method: 'GET', path: `/credentials/${encodeURIComponent(id)}`, credential: id };
  const credential = bodyOf<CredentialView>(call, await api.send(call));
  if (credential.pending) return undefined;
  const isNew = name === undefined ? Date.parse(credential.rotatedAt ?? '') >= since : credential.versionId === name;
  if (!isNew) return undefined;
  return {
    exit: EXIT.done,
    value: credential,
    text: `${id}: the new version ${credential.versionId} is current, and nothing is pending.`,
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

/** Tells each state and each step once. */
function progress(id: string, { note }: Context) {
  let last: string | undefined;
  let told = 0;
  return (state: string, steps: readonly { readonly name: string; readonly ms: number }[]): void => {
    if (state !== last) note(`${id}: ${state}`);
    last = state;
    for (const { name, ms } of steps.slice(told)) note(`${id}:   ${name} ${ms} ms`);
    told = Math.max(told, steps.length);
  };
}
