import { serializeDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import { type Acted, REQUEUE } from '../attempt/acted.ts';
import { execute } from '../attempt/execute.ts';
import { prepareConnectors } from '../attempt/prepare.ts';
import type { ActionOf } from '../decide/terms/action.ts';
import {
  type Attempt,
  type AttemptFacts,
  adoptionOf,
  attemptUnderWay,
  renewalOf,
  revival,
} from '../decide/terms/attempt.ts';
import { journal } from '../labels/labels.ts';
import { alternates, candidateOf, type Found, found, type Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import { planRetire } from '../plan/retire.ts';
import type { Run } from '../run/context.ts';
import { usableDocument } from '../run/known.ts';
import { executeSubmitted } from './by-person.ts';

/** Begins a rotation. Nothing was changed until here. */
export async function begin(run: Run, seen: Observation, plan: ActionOf<'begin'>): Promise<Acted> {
  if (!(await prepareConnectors(run, found(seen)))) return REQUEUE;
  const document = plan.candidate === 'new' ? newDocument(run, seen) : previousDocument(run);
  if (plan.candidate === 'previous') await planEndAgain(run, seen);
  run.ledger.oweRenewal(false);
  const id = await journal(run, seen.labels, serializeDocument(document));
  const { overlap, outcome } = plan;
  return await execute(run, renewalOf(attemptFacts(run, seen), { candidate: { id, document }, overlap, outcome }));
}

/**
 * Of two clients, the one that is not in use keeps what a rollback has set there, also where the rollback is taken back. So the end
 * of that secret is planned before it works again. Once the rollback is done, another version is AWSPREVIOUS, and that end does nothing.
 */
async function planEndAgain(run: Run, seen: Observation): Promise<void> {
  const { current, labels } = found(seen);
  if (!alternates(seen) || !labels.previous) return;
  await planRetire(run, { versionId: labels.previous.id, promotedAt: current.createdAt, works: false });
}

/** A document with a secret that the run makes. */
export function newDocument({ credential, runtime }: Run, { clientToRenew }: Observation) {
  return documentOf(credential, { clientId: clientToRenew.clientId, secret: runtime.newSecret() });
}

function previousDocument({ ledger }: Run) {
  const document = usableDocument(ledger.answers.previousDocument);
  if (document) return document;
  throw new RotationError('internal-error', 'The previous document was not read');
}

/** Carries a rotation to its end whose candidate is journaled. */
export async function resume(run: Run, seen: Observation, action: ActionOf<'resume'>): Promise<Acted> {
  return await executeSubmitted(run, seen, resumedAttempt(run, seen, action));
}

/** The attempt about the candidate in AWSPENDING. */
export function resumedAttempt(
  run: Run,
  seen: Observation,
  { renews, overlap, proven }: Pick<ActionOf<'resume'>, 'renews' | 'overlap' | 'proven'>,
): Attempt {
  const facts = attemptFacts(run, seen);
  const candidate = candidateOf(seen);
  return renews
    ? renewalOf(facts, { candidate, overlap, outcome: 'rotated' })
    : { ...attemptUnderWay(facts, candidate), proven };
}

/** Makes current what somebody set in the IAM. */
export async function adopt(run: Run, seen: Observation, { revives, renewsAfter }: ActionOf<'adopt'>): Promise<Acted> {
  const { clientInUse, labels } = seen;
  const document = documentOf(run.credential, clientInUse);
  const id = await journal(run, labels, serializeDocument(document));
  run.ledger.oweRenewal(renewsAfter);
  const change = revives ? revival(clientInUse) : undefined;
  return await execute(run, adoptionOf(found(seen), { id, document }, change));
}

/** Sets the current secret once more, with a new expiry. */
export async function revive(run: Run, seen: Observation): Promise<Acted> {
  const { current, clientInUse, labels }: Found = found(seen);
  const { document } = current;
  const id = await journal(run, labels, serializeDocument(document));
  const attempt = adoptionOf(found(seen), { id, document }, revival(clientInUse));
  return await execute(run, { ...attempt, overlap: 'none' });
}

function attemptFacts({ credential, runtime }: Run, seen: Observation): AttemptFacts {
  return { credential, seen: found(seen), now: runtime.now() };
}
