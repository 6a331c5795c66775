import { MAX_EVENT_AGE_MS } from '../credential/events/on-demand.ts';
import type { LedgerEntry, RunProblem } from '../ports/ledger.ts';
import type { RunView } from './contract/answers/run.ts';

/** What tells whether a run can still be alive. */
export interface RunViewDeps {
  readonly now: () => Date;
  /** How long a run may be alive, in milliseconds. */
  readonly leaseMs: number;
}

/** A run as the API shows it. */
export function viewOf(id: string, entry: LedgerEntry, deps: RunViewDeps): RunView {
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

function statusOf({ requestedAt, begunAt, end }: LedgerEntry, { now, leaseMs }: RunViewDeps): RunView['status'] {
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
