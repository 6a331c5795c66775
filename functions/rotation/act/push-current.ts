import { RotationError } from '../../credential/errors.ts';
import type { ConnectorConfiguration } from '../../ports/connector.ts';
import { type Acted, REQUEUE } from '../attempt/acted.ts';
import { push } from '../attempt/push.ts';
import { assertLabels, assertStillCurrent, LabelsMovedError } from '../labels/labels.ts';
import { type ConnectorView, found, holds, type Observation } from '../observe/observation.ts';
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
  const views = connectors.filter((view) => !view.error);
  const fence = async (reread?: ConnectorView) => {
    // Another run has pushed, which labels that are merely old don't show yet.
    if (reread && !views.some((view) => holdsTheSame(view, reread))) throw new LabelsMovedError();
    await assertLabels(run, { current: current.id, pending: labels.pending?.id });
  };
  const [failure] = (await push(run, { views, version: current, fence })).values();
  if (failure)
    throw new RotationError(
      'connector-behind',
      `A connector holds another secret and could not be given the current one: ${failure.message}`,
    );
  const wasBehind = views.some((view) => !view.connector.attended && !holds(view, current.document));
  if (wasBehind && !run.ledger.achieved) run.ledger.achieve('repaired');
  return REQUEUE;
}

/** Whether a connector's sections of ours are as they were, whatever else of its configuration has changed. */
function holdsTheSame(before: ConnectorView, { connector, configuration }: ConnectorView): boolean {
  const form = (sections: ConnectorConfiguration['sections'] = []) =>
    sections.map(({ path, clientId, secretFingerprint }) => `${path} ${clientId} ${secretFingerprint}`).join('\n');
  return before.connector === connector && form(before.configuration?.sections) === form(configuration?.sections);
}
