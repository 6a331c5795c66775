import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { RunLedger } from '../../ports/ledger.ts';
import type { RotationView } from '../contract/answers/credential.ts';
import type { RunView } from '../contract/answers/run.ts';
import { canBe } from '../contract/requests.ts';
import { type CredentialDeps, rotationView } from '../credentials/credential.ts';
import { viewOf } from '../run-view.ts';
import { pageToken, readPageToken } from './page-token.ts';

/** What the history is read from. */
export interface HistoryDeps extends Pick<CredentialDeps, 'schedules' | 'storeOf' | 'now' | 'leaseMs'> {
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'find' | 'list'>;
}

/**
 * A run by its request id or its rotation's, or what the labels say of a rotation that the ledger doesn't know.
 *
 * @throws {RotationError} `credential-unknown` or `rotation-unknown`; `ledger-*` when the labels know nothing either
 */
export async function runView(id: string, named: string, deps: HistoryDeps): Promise<RunView | RotationView> {
  if (!canBe('rotationId', named)) {
    await deps.schedules.settings(id);
    throw new RotationError('rotation-unknown', 'No rotation can have this id');
  }
  const [entry, labels] = await Promise.allSettled([deps.ledgerOf(id).find(named), rotationView(id, named, deps)]);
  if (labels.status === 'rejected' && !isRotationError(labels.reason, 'rotation-unknown')) throw labels.reason;
  if (entry.status === 'fulfilled' && entry.value) return await withState(viewOf(id, entry.value, deps), deps);
  if (labels.status === 'fulfilled') return labels.value;
  throw entry.status === 'rejected' ? entry.reason : labels.reason;
}

/** The label of the version that a run was about, as far as the version is still there. */
async function withState(view: RunView, deps: HistoryDeps): Promise<RunView> {
  if (view.rotationId === null) return view;
  try {
    const { state, createdAt } = await rotationView(view.credential, view.rotationId, deps);
    return { ...view, state, createdAt };
  } catch (error) {
    if (isRotationError(error)) return view;
    throw error;
  }
}

/**
 * A page of a credential's runs, newest first.
 *
 * @throws {RotationError} `credential-unknown`, `request-invalid` for a wrong `nextToken`, `ledger-*`
 */
export async function runsPage(
  id: string,
  { limit, nextToken }: { readonly limit: number; readonly nextToken?: string | undefined },
  deps: HistoryDeps,
): Promise<{ rotations: RunView[]; nextToken?: string }> {
  const after = nextToken === undefined ? undefined : readPageToken(id, nextToken);
  await deps.schedules.settings(id);
  const { entries, last } = await deps.ledgerOf(id).list({ limit, after });
  const rotations = entries.map((entry) => viewOf(id, entry, deps));
  return { rotations, ...(last === undefined ? {} : { nextToken: pageToken(id, last) }) };
}
