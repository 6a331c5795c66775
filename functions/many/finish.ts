import { RotationError } from '../credential/errors.ts';
import type { FleetOutcome } from '../credential/outcome.ts';
import type { Events } from '../ports/events.ts';
import type { FleetFiles } from '../ports/many/files.ts';
import type { FleetRecords } from '../ports/many/records.ts';
import { fleetRotationEnded } from './ended.ts';
import { countsOf, endOf, outcomeOf, progressOf } from './progress.ts';

/** What the end of a fleet rotation needs. */
export interface FinishDeps {
  readonly records: Pick<FleetRecords, 'read' | 'end'>;
  readonly files: FleetFiles;
  readonly events: Pick<Events, 'publish'>;
  readonly now: () => Date;
}

/**
 * Ends a fleet rotation: writes its manifest, notes its end, and publishes it. Idempotent, but for the event.
 *
 * @throws {RotationError} whatever the ports throw
 */
export async function finish(executionId: string, deps: FinishDeps): Promise<{ readonly outcome: FleetOutcome }> {
  const recorded = await deps.records.read(executionId);
  if (!recorded) throw new RotationError('rotation-unknown', `Nobody has asked for the fleet rotation ${executionId}`);
  const outcome = outcomeOf(recorded);
  const at = deps.now();
  const ended = { ...recorded, head: { ...recorded.head, ended: { outcome, at } } };
  const progress = progressOf(ended, false, at);
  const credentials = recorded.items.map((item) => ({
    credential: item.credential,
    wave: progress.waves[item.wave]?.name,
    ...(endOf(item, true) ?? { outcome: null }),
  }));
  const manifest = await deps.files.write(`${executionId}/manifest.json`, { ...progress, credentials });
  await deps.records.end(executionId, { outcome, at, manifest, counts: countsOf(progress.waves) });
  if (outcome !== 'planned') await deps.events.publish(fleetRotationEnded({ ...progress, manifest }));
  return { outcome };
}
