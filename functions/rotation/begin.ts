import { type Attempt, execute, type Next, timeNeeded } from './attempt.ts';
import { assertFits } from './budget.ts';
import { type CredentialDocument, parseDocument, serializeDocument } from './document.ts';
import { RotationError } from './errors.ts';
import { activeFreeze } from './freezes.ts';
import { backstop, endPrevious } from './grace.ts';
import { givenUp, handOver } from './hand-over.ts';
import { retireIntent } from './journal.ts';
import { assertQuiet, clear, journal, mayBegin } from './labels.ts';
import {
  assertReadable,
  assertUsable,
  documentOf,
  type Found,
  graceRuns,
  type StoredDocument,
  sameCredential,
} from './observe.ts';
import { regenerate } from './regenerate.ts';
import { type Run, report } from './run.ts';
import { assertStrategy, type Overlap, overlapWanted } from './strategy.ts';

const DAY_MS = 86_400_000;
/** Secrets Manager keeps every version for a day, and takes 100. What is kept free is for repairs, undos and ends of graces. */
const MOST_YOUNG_VERSIONS = 70;

/** State 1: at rest. What was put right is not, while a connector that can't be read may still be wrong. */
export async function rest(run: Run, seen: Found): Promise<Next> {
  run.atRest = run.achieved !== 'repaired' || seen.connectors.every((view) => !view.error);
  if (run.handedOver) return givenUp(run);
  const wanted = !run.promoted && (run.renewAdopted ? mayBegin(run) : isWanted(run, seen.current));
  if (!wanted) return atRest(run, seen);
  const freeze = freezeFor(run);
  if (freeze) return frozen(run, seen, freeze);
  assertReadable(seen);
  assertUsable(seen.target);
  assertQuiet(run);
  assertRoom(run, seen);
  if (run.request.rollback) return await rollBack(run, seen);
  const { strategy, native } = run.credential;
  // The idle one of two clients is renewed anyway: that ends its secret.
  const ends = strategy !== 'alternating-clients' && graceRuns(seen.client, run.runtime.now());
  if (ends) return await endGrace(run, seen);
  if (!native) return await begin(run, seen);
  // Secrets Manager would try a strategy that can't be carried out again and again, and leave AWSPENDING each time.
  await assertStrategy(run, seen);
  return await handOver(run);
}

/** Nothing is to be begun. */
function atRest(run: Run, seen: Found): Next {
  // For whoever has something to put right, a connector that can't be read is no rest: the next run looks again.
  if (run.request.repeat || !run.atRest) assertReadable(seen);
  return report(run, { outcome: run.achieved ?? 'unchanged' });
}

/** A freeze stops what begins. A connector that can't be read may have to be repaired: that is looked at again. */
function frozen(run: Run, seen: Found, { from, to, reason }: NonNullable<ReturnType<typeof freezeFor>>): Next {
  assertReadable(seen);
  if (run.request.trigger === 'api' && !run.achieved)
    throw new RotationError('frozen', `Frozen from ${from} to ${to}: ${reason}`);
  return report(run, { outcome: run.achieved ?? 'unchanged', reason: `frozen: ${reason}` });
}

function freezeFor(run: Run): ReturnType<typeof activeFreeze> {
  return run.request.force ? undefined : activeFreeze(run.credential, run.runtime.now());
}

/** Whether this run may change the IAM's secret on its own account: what others have begun is finished, or taken back. */
export function mayRenew(run: Run): boolean {
  return freezeFor(run) === undefined && run.request.repeat?.due !== false;
}

function isWanted(run: Run, current: StoredDocument): boolean {
  const { trigger, scheduledTime, repeat } = run.request;
  if (trigger === 'api') return true;
  return repeat?.due !== false && scheduledTime !== undefined && scheduledTime > current.createdAt;
}

/** @throws {RotationError} `too-many-versions` before a rotation is begun that might not be finished for lack of room */
function assertRoom(run: Run, { labels }: Found): void {
  const dayAgo = run.runtime.now().getTime() - DAY_MS;
  const young = labels.versions.filter(({ createdAt }) => createdAt.getTime() > dayAgo).length;
  if (young <= MOST_YOUNG_VERSIONS) return;
  throw new RotationError(
    'too-many-versions',
    `${young} versions of the secret are younger than a day, and Secrets Manager takes 100: the rest is kept for repairs`,
  );
}

/** @throws {RotationError} when there is too little time for what the strategy needs, or the IAM can't do it */
async function assertFeasible(run: Run, seen: Found): Promise<Overlap> {
  const overlap = overlapWanted(run);
  assertFits(run.budget, timeNeeded(run, { overlap, wayBack: 'iam', change: { secret: '' } }));
  await assertStrategy(run, seen);
  return overlap;
}

/** Begins a rotation. Nothing was changed until here, and all that can be known before is known. */
export async function begin(run: Run, seen: Found): Promise<Next> {
  const { renewal } = run.credential.iam;
  const overlap = await assertFeasible(run, seen);
  const achieves = run.renewAdopted && run.achieved === 'repaired' ? 'repaired' : 'rotated';
  run.renewAdopted = false;
  run.atRest = false;
  if (renewal === 'regenerate') return await regenerate(run, seen, { overlap, achieves });
  const document = documentOf(run, { clientId: seen.target.clientId, secret: run.runtime.newSecret() });
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, forward(run, seen, { candidate: { id, document }, overlap, achieves }));
}

/** The attempt that sets a candidate beside, or in place of, C. */
export function forward(
  run: Run,
  seen: Found,
  { candidate, overlap, achieves }: Pick<Attempt, 'candidate' | 'achieves'> & { overlap: Overlap },
): Attempt {
  // A copy of C, which a repair had journaled: the secret stays, so there is none to end.
  const repairs = sameCredential(candidate.document, seen.current.document);
  return {
    ...seen,
    candidate,
    overlap: repairs ? 'none' : overlap,
    client: seen.target,
    change: changeFor(run, seen, { document: candidate.document, overlap }),
    honoured: seen.answer.accepted,
    wayBack: seen.target.clientId === seen.client.clientId ? 'iam' : 'labels',
    achieves: repairs ? 'repaired' : achieves,
  };
}

/** With `auto` the previous secret is sent along in any case: an IAM that can't keep it drops it. */
function changeFor(
  run: Run,
  { client, target, current }: Found,
  { document, overlap }: { document: CredentialDocument; overlap: Overlap },
): NonNullable<Attempt['change']> {
  const secret = document.clientSecret;
  if (overlap === 'none' || target.clientId !== client.clientId) return { secret };
  const old = current.document.clientSecret;
  const previous = old === secret ? client.previous : { secret: old, validUntil: backstop(run) };
  return previous ? { secret, previous } : { secret };
}

/** A rotation that is to begin while a grace runs ends that first, under a lease of its own. Every connector holds C. */
async function endGrace(run: Run, seen: Found): Promise<Next> {
  const { client, current, labels } = seen;
  const versionId = labels.previous?.id ?? '';
  const id = await journal(run, labels, retireIntent({ run: run.runtime.newId(), versionId }));
  const old = documentOf(run, { clientId: client.clientId, secret: client.previous?.secret ?? '' });
  try {
    await endPrevious(run, { old, current: current.document, lease: { current: current.id, pending: id } });
  } finally {
    await clear(run, id);
  }
  return 'observe';
}

/** A rollback is a rotation whose candidate is a copy of the previous document. */
async function rollBack(run: Run, seen: Found): Promise<Next> {
  const document = await previousDocument(run, seen);
  const overlap = await assertFeasible(run, seen);
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, forward(run, seen, { candidate: { id, document }, overlap, achieves: 'rotated' }));
}

/** @throws {RotationError} `rollback-impossible` */
async function previousDocument(run: Run, { labels, target, current }: Found): Promise<CredentialDocument> {
  const impossible = (why: string) => new RotationError('rollback-impossible', why);
  if (run.credential.iam.renewal === 'regenerate')
    throw impossible('An IAM that makes the secrets takes no old one back');
  const value = labels.previous && (await run.ports.store.read(labels.previous.id));
  if (!value) throw impossible('There is no previous document');
  const document = parseDocument(value);
  if (sameCredential(document, current.document))
    throw impossible('The previous document holds the secret that is in use');
  if (document.clientId === target.clientId) return document;
  throw impossible('The previous document is about the client in use, and there is no overlap to keep both');
}
