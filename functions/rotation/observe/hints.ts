import { isRotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { SecretOverview, SecretVersion } from '../../ports/secret-store.ts';
import type { Run } from '../run/context.ts';
import { inOrder } from '../run/in-order.ts';

/** What an observation is for. */
export interface Purpose {
  /** Whether a rotation may begin by it: then it has to be known when the secret changed last. */
  readonly begins: boolean;
  /** The version that a step of Secrets Manager is about: its value need not wait for the labels, or is left unread. */
  readonly step?: { readonly versionId: string; readonly reads: boolean };
}

/** What a run observes for. */
export const ANY_PURPOSE: Purpose = { begins: true };

/**
 * What is read beside the connectors, before the labels. It decides nothing by itself: values don't change once they are put, and of
 * the labels it counts only whether they are the same afterwards.
 */
export interface Hints {
  /** The labels and the last change. Absent where they are not needed, or could not be read: they are asked for later then. */
  readonly overview?: SecretOverview;
  /** Values by the ids of their versions. */
  readonly values: ReadonlyMap<string, Secret>;
  /** A version whose value nobody needs. */
  readonly unread?: string;
}

/** Reads all that need not wait for the labels. What can't be read is no hint: the fault is told where the same is read in turn. */
export async function readHints(run: Run, { begins, step }: Purpose): Promise<Hints> {
  const { store, iam } = run.ports;
  const isFirst = begins && !run.ledger.hasLooked;
  const [overview, current, pending] = await inOrder([
    unlessFailed(isFirst ? store.describe() : NOTHING),
    unlessFailed(store.readCurrent()),
    unlessFailed(step?.reads ? store.read(step.versionId) : NOTHING),
    iam.signIn(),
  ]);
  const values = new Map<string, Secret>();
  if (current) values.set(current.id, current.value);
  if (step && pending !== undefined) values.set(step.versionId, pending);
  return { values, ...(overview && { overview }), ...(step && !step.reads && { unread: step.versionId }) };
}

const NOTHING = Promise.resolve(undefined);

async function unlessFailed<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isRotationError(error)) return undefined;
    throw error;
  }
}

/** Whether the labels were where they are now when the overview was read: whatever was read in between is younger than they are. */
export function agrees({ labelled }: SecretOverview, versions: readonly SecretVersion[]): boolean {
  return formOf(labelled) === formOf(versions);
}

function formOf(versions: SecretOverview['labelled']): string {
  return versions
    .filter(({ stages }) => stages.length > 0)
    .map(({ id, stages }) => `${id} ${[...stages].sort()}`)
    .sort()
    .join('\n');
}
