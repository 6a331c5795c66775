import pMap, { pMapSkip } from 'p-map';
import { isRotationError } from '../credential/errors.ts';
import type { FindingKind } from '../credential/published/findings.ts';
import type { KnownFinding, KnownOutage } from '../ports/audit/records.ts';
import { outageEvent } from './notes/announce.ts';
import { attempt } from './notes/note.ts';
import { Outages } from './notes/outages.ts';
import { tellGone } from './notes/roster.ts';
import { auditOne, type OneDeps } from './one.ts';
import { type Depth, depthOf, turnAt } from './slices.ts';

/** So many credentials are looked at at once. */
const AT_ONCE = 10;
/** No look begins with less time left, in milliseconds: it would be cut off. */
const LAST_LOOK_MS = 60_000;

/** What an audit is asked for. */
export interface AuditRequest {
  /** The time that it was planned for: it tells which credentials have their turn. */
  readonly scheduledTime: Date;
  /** Looks at this credential alone, and at everything of it. @default - at all that have their turn */
  readonly id?: string | undefined;
}

/** Everything that an audit works with. */
export interface AuditDeps extends OneDeps {
  /** Milliseconds until the function is ended. */
  readonly remainingMs: () => number;
}

/** What an audit did. */
export interface AuditReport {
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Credentials that were looked at. */
  readonly audited: number;
  /** Credentials that could not be looked at. */
  readonly failed: number;
  /** How many findings of each kind are known of those that were looked at. */
  readonly findings: Partial<Record<FindingKind, number>>;
  /** Systems that could not be read. */
  readonly outages: readonly KnownOutage[];
}

/**
 * Looks at every credential that has its turn, a few at once, and changes nothing. One that fails hides no other. It keeps counts,
 * outages and the ids of its turn in memory, and nothing else of a credential.
 *
 * @throws {RotationError} `schedule-*` when the credentials could not be listed to their end
 */
export async function audit(request: AuditRequest, deps: AuditDeps): Promise<AuditReport> {
  const startedAt = deps.now();
  const outages = new Outages();
  const counts = { audited: 0, failed: 0, findings: {} as Partial<Record<FindingKind, number>> };
  const seen: string[] = [];
  const auditTurn = async ({ id, depth }: Turn): Promise<typeof pMapSkip> => {
    if (depth === 'whole') seen.push(id);
    const known = await auditSafely(id, depth, { deps, outages });
    if (known === 'failed') counts.failed++;
    else if (known) {
      counts.audited++;
      for (const { kind } of known) counts.findings[kind] = (counts.findings[kind] ?? 0) + 1;
    }
    return pMapSkip;
  };
  await pMap(turns(request, deps), auditTurn, { concurrency: AT_ONCE });
  if (request.id === undefined) await tellGone(seen, turnAt(request.scheduledTime), deps);
  const all = await tellOutages(outages, deps);
  return { startedAt, durationMs: deps.now().getTime() - startedAt.getTime(), ...counts, outages: all };
}

interface Turn {
  readonly id: string;
  readonly depth: Depth;
}

async function* turns({ id: only, scheduledTime }: AuditRequest, { watch }: AuditDeps): AsyncIterable<Turn> {
  if (only !== undefined) return yield { id: only, depth: 'whole' };
  for await (const id of watch.ids()) {
    const depth = depthOf(id, scheduledTime);
    if (depth) yield { id, depth };
  }
}

async function auditSafely(
  id: string,
  depth: Depth,
  { deps, outages }: { readonly deps: AuditDeps; readonly outages: Outages },
): Promise<readonly KnownFinding[] | 'failed' | undefined> {
  try {
    if (deps.remainingMs() < LAST_LOOK_MS) throw new Error('no time is left to look at it');
    return await auditOne(id, depth, { deps, outages });
  } catch (error) {
    deps.tell.failed('look', id, error);
    return 'failed';
  }
}

/** Each outage is told once, when it is noticed first, whatever it hides. */
async function tellOutages(outages: Outages, deps: AuditDeps): Promise<readonly KnownOutage[]> {
  const { records, events, tell } = deps;
  const now = deps.now();
  const known = await knownOutages(deps);
  const { all, news } = outages.merge(known ?? [], now);
  for (const outage of all) tell.away(outage, news.includes(outage));
  if (known) await attempt('record', 'outages', deps, () => records.writeOutages(all, now));
  for (const outage of news) await attempt('event', outage.host, deps, () => events.publish(outageEvent(outage)));
  return all;
}

/** @returns undefined where the table could not be read: every outage is told then */
async function knownOutages({ records, tell }: AuditDeps): Promise<readonly KnownOutage[] | undefined> {
  try {
    return await records.outages();
  } catch (error) {
    if (!isRotationError(error)) throw error;
    tell.failed('record', 'outages', error);
    return undefined;
  }
}
