import { isUsableSecret, serializeDocument } from '../credential/document.ts';
import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import { secretFingerprint } from '../credential/fingerprint.ts';
import type { IamClient } from '../ports/iam.ts';
import { type Attempt, execute, type Next } from './attempt.ts';
import { regenerateIntent } from './journal.ts';
import { clear, journal } from './labels.ts';
import { leavesInDoubt } from './ledger.ts';
import { documentOf, type Found } from './observe.ts';
import { findWhenBack } from './proofs.ts';
import { type Run, report, step } from './run.ts';

/** What a regeneration is to achieve. */
type Plan = Pick<Attempt, 'overlap' | 'achieves'>;

/**
 * Lets the IAM make the secret: an intent first, one call, and what it gave right after it. A call that was not answered is never
 * repeated: what the IAM holds then is looked at, and adopted if it is something else than before.
 */
export async function regenerate(run: Run, seen: Found, plan: Plan): Promise<Next> {
  const { clientId, secret: before } = seen.target;
  const intent = { run: run.runtime.newId(), clientId, fingerprint: secretFingerprint(before) };
  const id = await journal(run, seen.labels, regenerateIntent(intent));
  run.rotationId = id;
  try {
    const secret = await step(run, 'renew', () => ask(run, seen));
    return await storeRegenerated(run, seen, { ...plan, secret });
  } catch (error) {
    if (!isRotationError(error, ...NOT_CARRIED_OUT)) throw error;
    await clear(run, id);
    return report(run, { outcome: 'rolled-back', failure: describeError(error) });
  }
}

/** State 3, and the end of a regeneration: the IAM's secret becomes the candidate. There is no way back from it. */
export async function storeRegenerated(
  run: Run,
  seen: Found,
  { secret, ...plan }: Plan & { readonly secret: string },
): Promise<Next> {
  if (!isUsableSecret(secret))
    throw new RotationError('iam-unexpected', 'The IAM made a secret that is empty or a mask');
  const document = documentOf(run, { clientId: seen.target.clientId, secret });
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, {
    ...seen,
    ...plan,
    candidate: { id, document },
    client: seen.target,
    honoured: seen.answer.accepted,
    // The idle one of two clients can be left as it is; the connector's own client can't be given its old secret back.
    wayBack: seen.target.clientId === seen.client.clientId ? 'none' : 'labels',
  });
}

/** These say for certain that nothing was regenerated. */
const NOT_CARRIED_OUT = [
  'iam-unauthorized',
  'iam-forbidden',
  'iam-not-found',
  'iam-conflict',
  'host-not-allowed',
] as const;

async function ask(run: Run, { target }: Found): Promise<string> {
  try {
    const secret = await run.ledger.write(() => run.ports.iam.regenerate(target));
    run.renewed = 'answered';
    return secret;
  } catch (error) {
    if (!leavesInDoubt(error)) throw error;
    run.renewed = 'in-doubt';
    run.unanswered = true;
    const secret = await changed(run, target);
    if (secret === undefined) throw error;
    run.unanswered = false;
    return secret;
  }
}

/** What the IAM holds now, if it is another secret than before. A call that is still under way gets its time-out to land. */
async function changed(run: Run, { clientId, secret }: IamClient): Promise<string | undefined> {
  const at = async () => (await findWhenBack(run, clientId)).secret;
  const now = await at();
  if (now !== secret) return now;
  if (!run.budget.fits(run.timing.httpTimeoutMs)) return undefined;
  await run.runtime.sleep(run.timing.httpTimeoutMs);
  const later = await at();
  return later === secret ? undefined : later;
}
