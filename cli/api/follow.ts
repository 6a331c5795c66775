import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { Context, Result } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { leavable } from '../terminal/leave.ts';
import type { Api, ApiCall } from './client.ts';
import { getCredential } from './credentials.ts';
import { bodyOf } from './problems.ts';
import { endOf, type RunView } from './runs.ts';

const POLL_MS = 1000;
/** How long a run may be unknown after the API has accepted it, in milliseconds. */
const UNKNOWN_MS = 60_000;
/** States of a rotation whose secret is, or was, current. */
const PROMOTED: readonly string[] = ['current', 'previous', 'superseded'];

/** How a run is known before and after it has begun. */
export interface Place {
  readonly rotationId?: string | null;
  readonly requestId?: string | null;
  /** False when the record of runs doesn't know of this one. */
  readonly recorded?: boolean;
}

/** What following a run needs. */
interface Following {
  readonly api: Api;
  readonly context: Context;
  /** The version that was current before the call; undefined when nobody knows. */
  readonly before: string | null | undefined;
  readonly accepted: Place;
}

/**
 * Follows a run to its end.
 *
 * @param patienceMs how long, in milliseconds
 * @throws {CliError} when it ended without a rotation, or can't be followed
 */
export async function follow(
  { id, patienceMs }: { readonly id: string; readonly patienceMs: number },
  following: Following,
): Promise<Result> {
  const { accepted } = following;
  const name = accepted.recorded === false ? undefined : (accepted.requestId ?? accepted.rotationId ?? undefined);
  const left = () => lostSight(id, name, 'The command was left; the rotation was begun, and goes on without it');
  return await leavable(left, () => toTheEnd({ id, name, patienceMs }, following));
}

/** A run, and how long it is followed. */
interface Followed {
  readonly id: string;
  readonly name: string | undefined;
  readonly patienceMs: number;
}

async function toTheEnd({ id, name, patienceMs }: Followed, following: Following): Promise<Result> {
  const { context, before } = following;
  const began = Date.now();
  let seenAt = began;
  const tell = progress(id, context);
  tell('accepted');
  for (;;) {
    const { view, now, fault } = await look(id, name, following);
    const end = view && endOf(id, view);
    if (end) return end;
    if (now) tell(progressOf(view, now, before));
    const ended =
      now && (name === undefined || PROMOTED.includes(view?.state ?? '')) && endByLabels(now, { before, name });
    if (ended) return ended;
    if (name === undefined ? now : view) seenAt = Date.now();
    if (fault?.facts.code === 'HTTP 403' || Date.now() - seenAt > UNKNOWN_MS) throw lostSight(id, name, UNSEEN, fault);
    if (Date.now() - began > patienceMs)
      throw lostSight(id, name, 'The rotation has not come to its end in the time that was given');
    await sleep(POLL_MS);
  }
}

/** What can be seen of a run at the moment. The run goes on, whether it can be seen or not. */
interface Look {
  readonly view?: RunView | undefined;
  readonly now?: CredentialView;
  readonly fault?: CliError;
}

async function look(id: string, name: string | undefined, { api }: Following): Promise<Look> {
  try {
    const view = name === undefined ? undefined : await runView(id, name, api);
    if (view?.outcome || view?.status === 'ended') return { view };
    return { view, now: await getCredential(id, api) };
  } catch (error) {
    if (error instanceof CliError) return { fault: error };
    throw error;
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
  { pending, versionId }: CredentialView,
  before: string | null | undefined,
): string {
  const status = view?.status ?? view?.state ?? 'accepted';
  if (before !== undefined && versionId !== before) return `${status}: the new version ${versionId} is current`;
  return pending ? `${status}: a new secret is stored, and not yet current` : status;
}

/** The end of a run that is in no record: nothing is pending any more. */
function endByLabels(
  now: CredentialView,
  { before, name }: { before: string | null | undefined; name: string | undefined },
): Result | undefined {
  const { id, pending, versionId } = now;
  const isNew = name === undefined ? before !== undefined && versionId !== before : versionId === name;
  if (pending || !isNew) return undefined;
  return {
    exit: EXIT.done,
    value: now,
    text: `${id}: the new version ${versionId} is current, and nothing is pending.`,
  };
}

const UNSEEN = "The rotation was begun, and can't be followed";

function lostSight(id: string, name: string | undefined, what: string, fault?: CliError): CliError {
  return new CliError(EXIT.changed, {
    what,
    credential: id,
    code: fault?.facts.code,
    detail: [fault?.facts.what, name && `the id of the request is ${name}`].filter(Boolean).join('; ') || undefined,
    state: 'the rotation may go on, or be over',
    next: `Look later: csr status ${id} and csr history ${id}.`,
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
