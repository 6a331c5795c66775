import { useEffect, useRef, useState } from 'preact/hooks';
import type { ManyBody, ManyProgress, Summary } from '../model/rotations.ts';
import { apiPath, type Problem, ProblemError, problemIn, send } from './api.ts';
import { lookAround, useRepeated } from './clock.ts';

/** Pauses between looks, in milliseconds: the answer about thousands is large, and what has ended stays as it is. */
const PAUSE_MS = 2000;
const PAUSE_MANY_MS = 10_000;
const PAUSE_ENDED_MS = 60_000;
const MANY = 1000;
const PAUSE_LIST_MS = 5000;
/** How long a plan is waited for, in milliseconds. */
const PATIENCE_MS = 10 * 60_000;

/** What is read again and again. */
export interface Read<T> {
  readonly value?: T;
  readonly problem?: Problem;
  refresh(): Promise<void>;
}

/** The last fleet rotations. */
export function useRotations(): Read<readonly Summary[]> {
  return useRead(
    async () => (await send<{ rotations: readonly Summary[] }>({ path: apiPath('rotations') })).rotations,
    () => PAUSE_LIST_MS,
    '',
  );
}

/** How far one is. */
export function useRotation(id: string): Read<ManyProgress> {
  return useRead(async () => await look(id), pauseOf, id);
}

function pauseOf(now: ManyProgress | undefined): number {
  if (now?.status === 'ended') return PAUSE_ENDED_MS;
  return (now?.waves ?? []).reduce((sum, { total }) => sum + total, 0) > MANY ? PAUSE_MANY_MS : PAUSE_MS;
}

function useRead<T>(read: () => Promise<T>, pause: (last: T | undefined) => number, key: string): Read<T> {
  const [state, setState] = useState<Omit<Read<T>, 'refresh'>>({});
  useEffect(() => setState({}), [key]);
  const last = useRef<T | undefined>(undefined);
  const refresh = async () => {
    try {
      await lookAround();
      const value = await read();
      last.current = value;
      setState({ value });
    } catch (error) {
      setState((before) => ({ ...before, problem: problemIn(error) }));
    }
  };
  useRepeated(refresh, () => pause(last.current), key);
  return { ...state, refresh };
}

/**
 * Which credentials a fleet rotation would rotate now.
 *
 * @param isWatched whether somebody still waits for it
 * @returns undefined when nobody does
 * @throws {ProblemError}
 */
export async function planMany(body: ManyBody, isWatched: () => boolean): Promise<ManyProgress | undefined> {
  const id = await startMany({ ...body, dryRun: true }, crypto.randomUUID());
  for (const until = Date.now() + PATIENCE_MS; isWatched() && Date.now() < until; ) {
    const plan = await look(id);
    if (plan.outcome === 'planned') return plan;
    if (plan.status === 'ended') break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS / 4));
  }
  if (!isWatched()) return undefined;
  const next = `See the execution ${id} in Step Functions.`;
  throw new ProblemError({ title: 'The credentials could not be chosen', next, nothingChanged: true });
}

/**
 * Begins a fleet rotation.
 *
 * @param key a repeat with the same key begins nothing twice
 * @returns its id
 * @throws {ProblemError}
 */
export async function startMany(body: ManyBody & { readonly dryRun?: true }, key: string): Promise<string> {
  const headers = { 'idempotency-key': key };
  return (await send<{ executionId: string }>({ method: 'POST', path: apiPath('rotations'), body, headers }))
    .executionId;
}

/** Lets nothing more of it begin. @throws {ProblemError} */
export async function abortMany(id: string): Promise<void> {
  await send({ method: 'DELETE', path: apiPath('rotations', id) });
}

async function look(id: string): Promise<ManyProgress> {
  return await send<ManyProgress>({ path: apiPath('rotations', id) });
}
