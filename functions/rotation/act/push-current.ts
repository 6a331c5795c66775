import { RotationError } from '../../credential/errors.ts';
import { type Acted, REQUEUE } from '../attempt/acted.ts';
import { push } from '../attempt/push.ts';
import { assertLabels, assertStillCurrent } from '../labels/labels.ts';
import { found, type Observation } from '../observe/observation.ts';
import type { Run } from '../run/context.ts';

/**
 * Gives the current document to each connector that can be reached.
 *
 * @throws {RotationError} `connector-behind` when one of them could not be given it
 */
export async function pushCurrent(run: Run, seen: Observation): Promise<Acted> {
  const { current, connectors, labels } = found(seen);
  // What connectors hold may be younger than the answer that names the current version.
  await assertStillCurrent(run, labels);
  const fence = () => assertLabels(run, { current: current.id, pending: labels.pending?.id });
  const views = connectors.filter((view) => !view.error);
  const [failure] = (await push(run, { views, document: current.document, fence })).values();
  if (failure)
    throw new RotationError(
      'connector-behind',
      `It holds another secret and could not be given the current one: ${failure.message}`,
    );
  if (!run.ledger.achieved) run.ledger.achieve('repaired');
  return REQUEUE;
}
