import { RotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import { StageMovedError, VersionTakenError } from '../../ports/secret-store.ts';
import { readLabels } from '../observe/labels.ts';
import type { Labels } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';
import { nextVersionId } from './version-id.ts';

/** The labels are no longer as the decision found them: the run has to observe anew. */
export class LabelsMovedError extends Error {
  override readonly name = 'LabelsMovedError';
}

/** What a run tells for which another run moved the labels, and that does not observe anew. */
export function movedMeanwhile(): RotationError {
  return new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile');
}

/**
 * Puts a version as AWSPENDING under the next derived id. From here on other runs back off.
 *
 * @param labels those of the observation that the run decided on
 * @returns the version's id
 * @throws {LabelsMovedError} when another run was first, or nothing proves that this one was
 */
export async function journal(run: Run, labels: Labels, value: Secret): Promise<string> {
  return await timed(run, 'journal', async () => {
    const id = freeVersionId(run, labels);
    const { labelled } = await put(run, { id, value, stage: 'AWSPENDING' });
    if (!labelled && (await readLabels(run)).pending?.id !== id) throw new LabelsMovedError();
    return id;
  });
}

/** Puts the very first document, which gets AWSCURRENT whatever is asked for. */
export async function putFirst(run: Run, labels: Labels, value: Secret): Promise<string> {
  return await timed(run, 'store', async () => {
    const id = freeVersionId(run, labels);
    await put(run, { id, value, stage: 'AWSCURRENT' });
    run.ledger.isCurrent(id);
    return id;
  });
}

function freeVersionId({ ports, ledger }: Run, { versions, current }: Labels): string {
  const taken = new Set([...versions.map(({ id }) => id), ...ledger.putIds]);
  return nextVersionId(ports.store.secretId, current?.id, taken);
}

async function put(
  { ports, ledger }: Run,
  version: Parameters<Run['ports']['store']['put']>[0],
): Promise<{ labelled: boolean }> {
  try {
    return await ledger.put(version, () => ports.store.put(version));
  } catch (error) {
    if (!(error instanceof VersionTakenError)) throw error;
    throw new LabelsMovedError();
  }
}

/**
 * Moves AWSCURRENT to the candidate.
 *
 * @throws {LabelsMovedError} when AWSCURRENT is neither where it was nor at the candidate already
 */
export async function promote(run: Run, { from, to }: { from: string; to: string }): Promise<void> {
  await timed(run, 'promote', async () => {
    try {
      await run.ledger.promote(from, () => run.ports.store.moveStage({ stage: 'AWSCURRENT', from, to }));
    } catch (error) {
      if (!(error instanceof StageMovedError)) throw error;
      if ((await readLabels(run)).current?.id !== to) throw new LabelsMovedError();
    }
    run.ledger.isCurrent(to);
  });
}

/**
 * Takes AWSPENDING off a version: a rotation's last act, and its own proof that nobody else began.
 *
 * @throws {LabelsMovedError} when the version does not carry it (any more)
 */
export async function clear(run: Run, id: string): Promise<void> {
  await timed(run, 'clear', async () => {
    try {
      await run.ledger.clear(id, () => run.ports.store.moveStage({ stage: 'AWSPENDING', from: id }));
    } catch (error) {
      if (!(error instanceof StageMovedError)) throw error;
      throw new LabelsMovedError();
    }
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
  if (!areAt(await readLabels(run), expected)) throw new LabelsMovedError();
}

/**
 * The fence for going forward: like {@link assertLabels}, but a candidate that is current already has won, unless another rotation
 * has begun since.
 *
 * @throws {LabelsMovedError} otherwise
 */
export async function assertLabelsOrWon(run: Run, expected: ExpectedLabels): Promise<void> {
  const labels = await readLabels(run);
  const { current, pending = current } = labels;
  const won = current !== undefined && current.id === expected.pending && pending?.id === current.id;
  if (!won && !areAt(labels, expected)) throw new LabelsMovedError();
}

function areAt(labels: Labels, { current, pending }: ExpectedLabels): boolean {
  return labels.current?.id === current && labels.pending?.id === pending;
}

/** Secrets Manager may answer from before the latest changes, for some seconds; pauses between looks, in milliseconds. */
const LOOK_AGAIN_MS = [1000, 2000] as const;

/**
 * Looks at the labels until an answer that is merely old would have shown that AWSCURRENT has moved, or that another run is at work. A
 * run that has moved labels itself knows how recent its answers are.
 *
 * @throws {LabelsMovedError} when AWSCURRENT or AWSPENDING is elsewhere
 */
export async function assertStillCurrent(run: Run, labels: Labels): Promise<void> {
  if (run.ledger.versions.knowsRecent) return;
  for (const pause of LOOK_AGAIN_MS) {
    await run.runtime.sleep(pause);
    const { current, pending } = await readLabels(run);
    if (current?.id !== labels.current?.id || pending?.id !== labels.pending?.id) throw new LabelsMovedError();
  }
}

/** @throws {LabelsMovedError} when a version came or a label moved since the observation */
export async function assertSameVersions(run: Run, labels: Labels): Promise<void> {
  if (formOf(await readLabels(run)) !== formOf(labels)) throw new LabelsMovedError();
}

function formOf({ versions }: Labels): string {
  return versions
    .map(({ id, stages }) => `${id} ${[...stages].sort()}`)
    .sort()
    .join('\n');
}
