import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetSummary } from '../../functions/many/about.ts';
import type { FleetProgress, WaveProgress } from '../../functions/many/progress.ts';
import type { Context } from '../context.ts';
import { CliError, failed } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { leavable } from '../terminal/leave.ts';
import type { Api, ApiCall } from './client.ts';
import { bodyOf } from './problems.ts';

/** Pauses between looks, in milliseconds; the answer about thousands is read more seldom. */
const POLL_MS = 2000;
const POLL_MANY_MS = 10_000;
const MANY = 1000;
/** How long it is looked for in vain, in milliseconds. */
const UNSEEN_MS = 60_000;

/** What the API takes, and what it is asked with. */
export interface FleetOrder {
  readonly body: object;
  /** Calls with the same key are about one fleet rotation. @default - a new one */
  readonly key?: string | undefined;
}

/**
 * Begins a fleet rotation.
 *
 * @returns its id
 * @throws {CliError}
 */
export async function startFleetRotation({ body, key = randomUUID() }: FleetOrder, api: Api): Promise<string> {
  const ifLost = `Repeat the command with --idempotency-key ${key}: what has begun is not begun again.`;
  const call: ApiCall = { method: 'POST', path: '/rotations', body, headers: { 'idempotency-key': key }, ifLost };
  const answer = await api.send(call);
  try {
    return bodyOf<{ executionId: string }>(call, answer).executionId;
  } catch (error) {
    throw inProgress(error, answer.body) ?? error;
  }
}

/** In words of this program: what to do about the one that is under way. */
function inProgress(error: unknown, body: unknown): CliError | undefined {
  if (!(error instanceof CliError) || error.facts.code !== 'fleet-rotation-in-progress') return undefined;
  const { executionId = '' } = body as { executionId?: string };
  const next = `Follow it: csr rotate --watch ${executionId}. Or end it: csr rotate --abort ${executionId}. Then repeat the command.`;
  return new CliError(EXIT.notNow, { ...error.facts, next });
}

/** The last ones, newest first. @throws {CliError} */
export async function lastFleetRotations(api: Api): Promise<readonly FleetSummary[]> {
  const call: ApiCall = { method: 'GET', path: '/rotations' };
  return bodyOf<{ rotations: readonly FleetSummary[] }>(call, await api.send(call)).rotations;
}

/** The id of the one that is under way. @throws {CliError} when there is none */
export async function underWay(api: Api): Promise<string> {
  const [last, ...others] = await lastFleetRotations(api);
  const found = [last, ...others].find((one) => one && one.status !== 'ended');
  if (found) return found.executionId;
  const next = last ? `See the last one: csr rotate --watch ${last.executionId}.` : 'Begin one: csr rotate --help.';
  throw failed({ what: 'No rotation of many is under way', next });
}

/** Lets no further run begin. @throws {CliError} */
export async function stopFleetRotation(executionId: string, api: Api): Promise<FleetProgress> {
  const ifLost = `Repeat the command, or look: csr rotate --watch ${executionId}.`;
  const call: ApiCall = { method: 'DELETE', path: `/rotations/${encodeURIComponent(executionId)}`, ifLost };
  return bodyOf<FleetProgress>(call, await api.send(call));
}

/**
 * Follows a fleet rotation to its end, and tells each step.
 *
 * @throws {CliError} when it can't be followed, or somebody leaves: it goes on
 */
export async function followFleetRotation(executionId: string, { api, note }: Context): Promise<FleetProgress> {
  const connected = await api();
  const left = () => lostSight(executionId, 'The command was left; the fleet rotation goes on without it');
  return await leavable(left, async () => {
    let told = '';
    for (let seenAt = Date.now(); ; ) {
      const progress = await look(executionId, connected, Date.now() - seenAt < UNSEEN_MS);
      if (progress) seenAt = Date.now();
      const line = progress ? lineOf(progress) : told;
      if (line !== told) note(line);
      told = line;
      if (progress?.status === 'ended') return progress;
      await sleep(totalOf(progress) > MANY ? POLL_MANY_MS : POLL_MS);
    }
  });
}

/** @returns undefined while it may be seen later */
async function look(executionId: string, api: Api, patient: boolean): Promise<FleetProgress | undefined> {
  const call: ApiCall = { method: 'GET', path: `/rotations/${encodeURIComponent(executionId)}` };
  try {
    return bodyOf<FleetProgress>(call, await api.send(call));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.facts.code === 'rotation-unknown' || error.facts.code === 'not-available') throw error;
    if (patient) return undefined;
    throw lostSight(executionId, "The fleet rotation was begun, and can't be followed", error);
  }
}

function totalOf(progress: FleetProgress | undefined): number {
  return (progress?.waves ?? []).reduce((sum, { total }) => sum + total, 0);
}

/** `rotating: env=test 2 of 2; env=prod 1 of 4, 1 failed, 2 running` */
function lineOf({ status, waves }: FleetProgress): string {
  const parts = waves.filter(({ done, failed, running }) => done + failed + running > 0).map(waveText);
  return [status, parts.join('; ')].filter(Boolean).join(': ');
}

function waveText({ name, total, done, failed, running }: WaveProgress): string {
  const more = [failed > 0 && `${failed} failed`, running > 0 && `${running} running`].filter(Boolean);
  return [`${name} ${done} of ${total}`, ...more].join(', ');
}

function lostSight(executionId: string, what: string, fault?: CliError): CliError {
  return new CliError(EXIT.changed, {
    what,
    code: fault?.facts.code,
    detail: fault?.facts.what,
    state: 'the fleet rotation may go on, or be over',
    next: `Look again: csr rotate --watch ${executionId}. End it: csr rotate --abort ${executionId}.`,
  });
}
