import { type Attempt, execute, type Next } from './attempt.ts';
import { type CredentialDocument, parseDocument, serializeDocument } from './document.ts';
import { RotationError } from './errors.ts';
import { backstop, endPrevious } from './grace.ts';
import { handOver } from './hand-over.ts';
import { retireIntent } from './journal.ts';
import { assertQuiet, clear, journal, mayBegin } from './labels.ts';
import { assertReadable, documentOf, type Found, graceRuns, type StoredDocument, sameCredential } from './observe.ts';
import type { Strategy } from './outcome.ts';
import { regenerate } from './regenerate.ts';
import { type Run, report } from './run.ts';
import { chooseStrategy, keepsCurrent } from './strategy.ts';

/** State 1: at rest. */
export async function rest(run: Run, seen: Found): Promise<Next> {
  const wanted = !run.promoted && (run.renewAdopted ? mayBegin(run) : isWanted(run, seen.current));
  if (!wanted) return report(run, { outcome: run.achieved ?? 'unchanged' });
  assertReadable(seen);
  assertQuiet(run);
  if (run.request.rollback) return await rollBack(run, seen);
  const { strategy, native } = run.credential;
  // The idle one of two clients is renewed anyway: that ends its secret.
  const ends = strategy !== 'alternating-clients' && graceRuns(seen.client, run.runtime.now());
  if (ends) return await endGrace(run, seen);
  return native ? await handOver(run) : await begin(run, seen);
}

function isWanted(run: Run, current: StoredDocument): boolean {
  const { trigger, scheduledTime, repeat } = run.request;
  if (trigger === 'api') return true;
  return repeat === undefined && scheduledTime !== undefined && scheduledTime > current.createdAt;
}

/** Begins a rotation. Nothing was changed until here, and all that can be known before is known. */
export async function begin(run: Run, seen: Found): Promise<Next> {
  const strategy = await chooseStrategy(run, seen);
  const achieves = run.renewAdopted && run.achieved === 'repaired' ? 'repaired' : 'rotated';
  run.renewAdopted = false;
  if (run.credential.iam.renewal === 'regenerate') return await regenerate(run, seen, { strategy, achieves });
  const document = documentOf(run, { clientId: seen.target.clientId, secret: run.runtime.newSecret() });
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, forward(run, seen, { candidate: { id, document }, strategy, achieves }));
}

/** The attempt that sets a candidate beside, or in place of, C. */
export function forward(
  run: Run,
  seen: Found,
  { candidate, strategy, achieves }: Pick<Attempt, 'candidate' | 'achieves'> & { strategy: Strategy },
): Attempt {
  // A copy of C, which a repair had journaled: the secret stays, so there is none to end.
  const repairs = sameCredential(candidate.document, seen.current.document);
  return {
    ...seen,
    candidate,
    strategy,
    client: seen.target,
    change: changeFor(run, seen, { document: candidate.document, strategy }),
    honoured: seen.answer.accepted,
    retires: keepsCurrent(strategy) && !repairs,
    wayBack: strategy === 'alternating-clients' ? 'labels' : 'iam',
    achieves: repairs ? 'repaired' : achieves,
  };
}

function changeFor(
  run: Run,
  { client, current }: Found,
  { document, strategy }: { document: CredentialDocument; strategy: Strategy },
): NonNullable<Attempt['change']> {
  const secret = document.clientSecret;
  if (strategy !== 'dual-secret') return { secret };
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
  await endPrevious(run, old, current.document);
  await clear(run, id);
  return 'observe';
}

/** A rollback is a rotation whose candidate is a copy of the previous document. */
async function rollBack(run: Run, seen: Found): Promise<Next> {
  const document = await previousDocument(run, seen);
  const strategy = await chooseStrategy(run, seen);
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, forward(run, seen, { candidate: { id, document }, strategy, achieves: 'rotated' }));
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
