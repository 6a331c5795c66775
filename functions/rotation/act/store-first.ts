import { serializeDocument } from '../../credential/document.ts';
import { type Acted, ended, REQUEUE } from '../attempt/acted.ts';
import type { ActionOf } from '../decide/terms/action.ts';
import { assertStillCurrent, putFirst } from '../labels/labels.ts';
import { holds, type Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import type { Run } from '../run/context.ts';

/** Stores what the IAM holds, which is proven. The very first version gets AWSCURRENT whatever is asked for. */
export async function storeFirst(
  run: Run,
  seen: Observation,
  { renewsAfter }: ActionOf<'store-first'>,
): Promise<Acted> {
  const { ledger, draft, credential } = run;
  // Nothing guards this one write: it takes AWSCURRENT from whatever has it.
  await assertStillCurrent(run, seen.labels);
  const document = documentOf(credential, seen.clientInUse);
  draft.isAbout(await putFirst(run, seen.labels, serializeDocument(document)));
  ledger.achieve('adopted');
  ledger.oweRenewal(renewsAfter);
  // Whoever wants the secret that was in use ended wants another one.
  const goesOn = renewsAfter || run.request.revokePrevious === true;
  if (!goesOn) ledger.rotationDone();
  const done =
    !goesOn && !seen.labels.pending && !seen.submission && seen.connectors.every((view) => holds(view, document));
  return done ? ended(run, { outcome: 'adopted' }) : REQUEUE;
}
