import type { CredentialDocument } from '../../credential/document.ts';
import { type Acted, REQUEUE } from '../attempt/acted.ts';
import { doesItWork, storedNotApplied } from '../attempt/execute.ts';
import { takeOverTimes } from '../attempt/extend.ts';
import { push } from '../attempt/push.ts';
import { assertLabels, clear } from '../labels/labels.ts';
import { endInIam, type Found, found, keepsBeside, type Observation } from '../observe/observation.ts';
import { readPrevious } from '../observe/stored.ts';
import { planRetire } from '../plan/retire.ts';
import type { Run } from '../run/context.ts';
import { usableDocument } from '../run/known.ts';

/** Finishes a rotation that is promoted: plans the end of the previous secret, pushes what is missing, then clears. */
export async function finish(run: Run, observation: Observation): Promise<Acted> {
  const seen = found(observation);
  const { current, connectors } = seen;
  run.draft.isAbout(current.id);
  const previous = usableDocument(await readPrevious(run, seen.labels));
  await planEnd(run, seen, previous);
  const fence = () => assertLabels(run, { current: current.id, pending: current.id });
  const [failure] = (await push(run, { views: connectors, version: current, fence })).values();
  if (failure) return await storedNotApplied(run, { failure, previous, client: seen.clientInUse });
  run.ledger.achieve('rotated');
  // The candidate is this run's own: the rotation that was asked for is done, even if another run has promoted it.
  if (run.ledger.hasPut(current.id)) run.ledger.rotationDone();
  await clear(run, current.id);
  return REQUEUE;
}

async function planEnd(run: Run, seen: Found, previous: CredentialDocument | undefined): Promise<void> {
  const { current, labels } = seen;
  const client = await takeOverTimes(run, seen.clientInUse, previous);
  if (!previous || !labels.previous) return;
  const alternates = previous.clientId !== current.document.clientId;
  if (!alternates && !keepsBeside(client, previous.clientSecret, run.runtime.now())) return;
  const validUntil = endInIam(alternates ? seen.clientToRenew : client, previous);
  const works = !alternates || (await doesItWork(run, previous)) === true;
  await planRetire(run, { versionId: labels.previous.id, promotedAt: current.createdAt, validUntil, works });
}
