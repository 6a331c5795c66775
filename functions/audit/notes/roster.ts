import { isRotationError } from '../../credential/errors.ts';
import type { KnownFinding } from '../../ports/audit/records.ts';
import type { ScheduleWatch } from '../../ports/audit/schedule-watch.ts';
import { findingEvent } from './announce.ts';
import { attempt, type NoteDeps } from './note.ts';

/** What looks for credentials that are listed no more. */
export interface RosterDeps extends NoteDeps {
  readonly watch: Pick<ScheduleWatch, 'read'>;
  readonly now: () => Date;
}

/**
 * Tells of credentials that had the same turn before and are listed no more: a schedule that somebody deletes takes its credential out of
 * everything that an audit looks at. Each is told once, and then forgotten.
 *
 * @param seen the ids that have this turn now
 */
export async function tellGone(seen: readonly string[], turn: number, deps: RosterDeps): Promise<void> {
  await attempt('record', `turn ${turn}`, deps, async () => {
    const missing = (await deps.records.roster(turn)).filter((id) => !seen.includes(id));
    const untold: string[] = [];
    for (const id of missing) if (!(await tellIfGone(id, deps))) untold.push(id);
    await deps.records.writeRoster(turn, [...seen, ...untold], deps.now());
  });
}

/** @returns whether nothing more is to be told of it */
async function tellIfGone(id: string, deps: RosterDeps): Promise<boolean> {
  if (!(await isGone(id, deps))) return false;
  const since = deps.now();
  const detail = 'It had one half a day before; it is neither rotated nor audited';
  const finding: KnownFinding = { kind: 'schedule-gone', detail, since, announced: false };
  deps.tell.looked(id, [finding], [finding]);
  return await attempt('event', id, deps, () => deps.events.publish(findingEvent(id, finding, since)));
}

/** A list may be older than the schedule itself. */
async function isGone(id: string, { watch }: RosterDeps): Promise<boolean> {
  try {
    await watch.read(id);
    return false;
  } catch (error) {
    if (!isRotationError(error)) throw error;
    return isRotationError(error, 'credential-unknown');
  }
}
