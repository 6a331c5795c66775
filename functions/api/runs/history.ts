import { isRotationError, RotationError } from '../../credential/errors.ts';
import { MAX_EVENT_AGE_MS } from '../../credential/events/on-demand.ts';
import type { LedgerEntry, RunLedger, RunProblem } from '../../ports/ledger.ts';
import type { RotationView } from '../contract/answers/credential.ts';
import type { RunView } from '../contract/answers/run.ts';
import { canBe } from '../contract/requests.ts';
import { type CredentialsDeps, rotationView } from '../credentials.ts';
import { pageToken, readPageToken } from './page-token.ts';

/** What the history is read from. */
export interface HistoryDeps extends CredentialsDeps {
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'find' | 'list'>;
  /** How long a run may be alive, in milliseconds. */
  readonly leaseMs: number;
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

function viewOf(id: string, entry: LedgerEntry, deps: HistoryDeps): RunView {
  const { requestId, kind, trigger, requestedBy, reason, asked, requestedAt, begunAt, end } = entry;
  const status = statusOf(entry, deps);
  const head = {
    requestId,
    rotationId: null,
    credential: id,
    kind,
    status,
    trigger,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(reason !== undefined && { reason }),
    ...(asked && { asked }),
    requestedAt: requestedAt.toISOString(),
    begunAt: begunAt?.toISOString() ?? null,
    outcome: null,
    nothingChanged: null,
  };
  if (status === 'unknown') return { ...head, next: nextOf(entry) };
  if (!end) return head;
  const endedAt = end.endedAt.toISOString();
  if (end.rotation) return { ...head, ...end.rotation };
  if (end.retire) return { ...head, ...end.retire, endedAt };
  return { ...head, endedAt, ...failed(end.problem) };
}

/** A run that came to no report. */
function failed({ code, detail, next, nothingChanged }: RunProblem) {
  return { failure: { code, detail, next }, nothingChanged };
}

function statusOf({ requestedAt, begunAt, end }: LedgerEntry, { now, leaseMs }: HistoryDeps): RunView['status'] {
  if (end) return 'ended';
  const age = now().getTime() - (begunAt ?? requestedAt).getTime();
  if (begunAt) return age > leaseMs ? 'unknown' : 'running';
  return age > MAX_EVENT_AGE_MS + leaseMs ? 'unknown' : 'accepted';
}

/** A run notes its beginning before it does anything, as long as the ledger answers. */
function nextOf({ requestId, begunAt }: LedgerEntry): string {
  if (begunAt) return `Look at the credential, and at the log of ${requestId}.`;
  return 'No beginning was noted, so most likely nothing has begun. Look at the credential, then ask again.';
}
