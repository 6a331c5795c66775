import { RotationError } from '../credential/errors.ts';
import { StageMovedError, VersionTakenError } from '../ports/secret-store.ts';
import { type Labels, readLabels } from './label-reading.ts';
import { leavesInDoubt } from './ledger.ts';
import { type Run, step } from './run.ts';
import { nextVersionId } from './versions.ts';

/** The labels are no longer as the run's decision found them: it has to look again. */
export class LabelsMovedError extends Error {
  override readonly name = 'LabelsMovedError';
}

/** Goes on looking after labels moved that another run may have moved: from then on this run begins nothing. */
export function lookAgain(run: Run): 'observe' {
  run.quiet = false;
  return 'observe';
}

/**
 * Puts a version as AWSPENDING under the next derived id. From here on other runs stand down.
 *
 * @param labels those of the observation that the run decided on
 * @returns the version's id
 * @throws {LabelsMovedError} when another run was first, or nothing proves that this one was
 */
export async function journal(run: Run, labels: Labels, value: string): Promise<string> {
  return await step(run, 'journal', async () => {
    const id = nextVersionId(run.ports.store.secretId, labels.current?.id, takenIds(run, labels));
    const { labelled } = await put(run, { id, value, stage: 'AWSPENDING' });
    if (!labelled && (await readLabels(run)).pending?.id !== id) throw new LabelsMovedError();
    return id;
  });
}

/** Puts the very first document, which gets AWSCURRENT whatever is asked for. */
export async function putFirst(run: Run, labels: Labels, value: string): Promise<string> {
  return await step(run, 'store', async () => {
    const id = nextVersionId(run.ports.store.secretId, labels.current?.id, takenIds(run, labels));
    await put(run, { id, value, stage: 'AWSCURRENT' });
    run.currentId = id;
    return id;
  });
}

async function put(run: Run, version: Parameters<Run['ports']['store']['put']>[0]): Promise<{ labelled: boolean }> {
  const { pendingStands } = run;
  run.puts.set(version.id, version.value);
  if (version.stage === 'AWSPENDING') run.pendingStands = true;
  try {
    const answer = await run.ledger.write(() => run.ports.store.put(version));
    run.confirmed.add(version.id);
    return answer;
  } catch (error) {
    if (!leavesInDoubt(error)) {
      run.puts.delete(version.id);
      run.pendingStands = pendingStands;
    }
    if (!(error instanceof VersionTakenError)) throw error;
    // Another run has put this version: a list without it is stale.
    run.confirmed.add(version.id);
    throw new LabelsMovedError();
  }
}

/**
 * Moves AWSCURRENT from C to the candidate.
 *
 * @throws {LabelsMovedError} when AWSCURRENT is neither where it was nor at the candidate already
 */
export async function promote(run: Run, { from, to }: { from: string; to: string }): Promise<void> {
  await step(run, 'promote', async () => {
    try {
      await run.ledger.write(() => run.ports.store.moveStage({ stage: 'AWSCURRENT', from, to }));
      run.movedFrom.set('AWSCURRENT', from);
    } catch (error) {
      if (!(error instanceof StageMovedError)) throw error;
      if ((await readLabels(run)).current?.id !== to) throw new LabelsMovedError();
    }
    run.currentId = to;
  });
}

/**
 * Takes AWSPENDING off a version: a rotation's last act, and its own proof that nobody else began.
 *
 * @throws {LabelsMovedError} when the version does not carry it (any more)
 */
export async function clear(run: Run, id: string): Promise<void> {
  await step(run, 'clear', async () => {
    try {
      await run.ledger.write(() => run.ports.store.moveStage({ stage: 'AWSPENDING', from: id }));
      run.movedFrom.set('AWSPENDING', id);
    } catch (error) {
      if (!(error instanceof StageMovedError)) throw error;
      throw new LabelsMovedError();
    } finally {
      if (!run.puts.has(id)) run.clearedForeign = true;
    }
    run.pendingStands = false;
  });
}

/** Where a decision found the labels. */
export interface ExpectedLabels {
  readonly current: string;
  readonly pending?: string | undefined;
}

/**
 * The fence before a write is repeated, or anything is undone.
 *
 * @throws {LabelsMovedError} when the labels are not where the decision found them
 */
export async function assertLabels(run: Run, expected: ExpectedLabels): Promise<void> {
  if (!stand(await readLabels(run), expected)) throw new LabelsMovedError();
}

/**
 * The fence for going forward: like {@link assertLabels}, but a candidate that is current already has won.
 *
 * @throws {LabelsMovedError} otherwise
 */
export async function assertLabelsOrWon(run: Run, expected: ExpectedLabels): Promise<void> {
  const labels = await readLabels(run);
  const won = expected.pending !== undefined && labels.current?.id === expected.pending;
  if (!won && !stand(labels, expected)) throw new LabelsMovedError();
}

function stand(labels: Labels, { current, pending }: ExpectedLabels): boolean {
  return labels.current?.id === current && labels.pending?.id === pending;
}

/** Secrets Manager may answer from before the latest changes, for some seconds; looks this far apart, in milliseconds. */
const LOOK_AGAIN_MS = [1000, 2000] as const;

/**
 * Looks at AWSCURRENT until an answer that is merely old would have shown that it has moved. A run that has moved labels itself
 * knows how recent its answers are.
 *
 * @throws {LabelsMovedError} when AWSCURRENT is elsewhere
 */
export async function assertStillCurrent(run: Run, { current }: Labels): Promise<void> {
  if (run.confirmed.size > 0 || run.movedFrom.size > 0) return;
  for (const pause of LOOK_AGAIN_MS) {
    await run.runtime.sleep(pause);
    if ((await readLabels(run)).current?.id !== current?.id) throw new LabelsMovedError();
  }
}

/** @throws {RotationError} `too-soon` while the last change of the labels may belong to a run that is alive */
export function assertQuiet(run: Run): void {
  if (mayBegin(run)) return;
  throw new RotationError(
    'too-soon',
    'The secret was changed within the last lease; a run that is alive may have done it',
    { retryAfter: Math.ceil(run.timing.leaseMs / 1000) },
  );
}

/** Whether a rotation may begin: quiet at the first look, and since then only this run's own changes, all answered. */
export function mayBegin(run: Run): boolean {
  return run.quiet === true && !run.clearedForeign && !run.unanswered;
}

function takenIds(run: Run, labels: Labels): Set<string> {
  return new Set([...labels.versions.map(({ id }) => id), ...run.puts.keys()]);
}
