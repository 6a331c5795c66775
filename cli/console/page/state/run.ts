import type { Credential, Run } from '../model/answers.ts';
import { apiPath, ProblemError, send } from './api.ts';

/** A run that was asked for. */
export interface Order {
  readonly id: string;
  readonly action: 'rotations' | 'rollback';
  readonly body: object;
}

/** How far a run has come. */
export interface Progress {
  /** How many of {@link STEPS} are known to be done. */
  readonly done: number;
  /** Whether it has come to its end, or nobody knows of one. */
  readonly ended: boolean;
  readonly run?: Run;
}

/** What can be seen of a run while it goes on. */
export const STEPS = ['Accepted', 'Begun', 'The new secret is stored', 'The new secret is current', 'Ended'] as const;

const POLL_MS = 500;
/** How long a run is followed, in milliseconds: no run takes longer than its function may. */
const PATIENCE_MS = 20 * 60_000;

/**
 * Asks for a run, and follows it to its end.
 *
 * @param key a repeat with the same key gets the same run
 * @param tell hears of each step, while `isWatched` is true
 * @throws {ProblemError}
 */
export async function runToEnd(
  order: Order,
  { key, tell, isWatched }: { key: string; tell: (progress: Progress) => void; isWatched: () => boolean },
): Promise<void> {
  const { id, action, body } = order;
  const before = await send<Credential>({ path: apiPath('credentials', id) }).catch(() => undefined);
  const headers = { prefer: 'respond-async', 'idempotency-key': key };
  const path = apiPath('credentials', id, action);
  const { requestId } = await send<{ requestId: string }>({ method: 'POST', path, body, headers });
  let done = 1;
  tell({ done, ended: false });
  const until = Date.now() + PATIENCE_MS;
  while (isWatched() && Date.now() < until) {
    const run = await look(id, requestId);
    if (run?.status === 'ended' || run?.status === 'unknown')
      return tell({ done: isComplete(run) ? STEPS.length : done, ended: true, run });
    done = Math.max(done, await stepOf(run, id, before));
    tell({ done, ended: false, ...(run && { run }) });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Whether a run has gone all the way. */
function isComplete({ outcome }: Run): boolean {
  return outcome === 'rotated' || outcome === 'adopted' || outcome === 'repaired';
}

/** The run; undefined while the record does not know it yet, or is away. The run goes on, whether it can be seen or not. */
async function look(id: string, requestId: string): Promise<Run | undefined> {
  try {
    return await send<Run>({ path: apiPath('credentials', id, 'rotations', requestId) });
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

async function stepOf(run: Run | undefined, id: string, before: Credential | undefined): Promise<number> {
  if (run?.status !== 'running') return 1;
  const current = await send<Credential>({ path: apiPath('credentials', id) }).catch(() => undefined);
  if (!current || !before) return 2;
  if (current.versionId !== before.versionId) return 4;
  return current.pending && !before.pending ? 3 : 2;
}
