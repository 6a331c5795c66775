import { isUsableSecret, serializeDocument } from '../../credential/document.ts';
import { describeError, isRotationError, NEVER_SENT, RotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { type Secret, sameSecret } from '../../credential/secret/secret.ts';
import type { IamClient } from '../../ports/iam.ts';
import { type Acted, ended, REQUEUE } from '../attempt/acted.ts';
import { prove } from '../attempt/check.ts';
import { execute } from '../attempt/execute.ts';
import { prepareConnectors } from '../attempt/prepare.ts';
import type { Plan } from '../decide/terms/action.ts';
import { regenerationOf } from '../decide/terms/attempt.ts';
import { clear, journal } from '../labels/labels.ts';
import { findWhenBack } from '../observe/looks.ts';
import { found, type Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import { regenerateIntent } from '../observe/pending.ts';
import { type Run, timed } from '../run/context.ts';
import { leavesInDoubt } from '../run/in-doubt.ts';
import { inOrder, settled } from '../run/in-order.ts';

/**
 * Lets the IAM make the secret: an intent first, one call, and what it gave right after it. A call that was not answered is never
 * repeated: the run looks what the IAM holds then, and adopts it if it is another secret than before.
 */
export async function regenerate(run: Run, seen: Observation, plan: Plan): Promise<Acted> {
  if (!(await prepareConnectors(run, found(seen)))) return REQUEUE;
  run.ledger.oweRenewal(false);
  const { clientId, secret: before } = seen.clientToRenew;
  const intent = { run: run.runtime.newId(), clientId, fingerprint: secretFingerprint(before) };
  const id = await journal(run, seen.labels, regenerateIntent(intent));
  run.draft.isAbout(id);
  try {
    const secret = await timed(run, 'renew', () => send(run, seen.clientToRenew));
    return await store(run, seen, { ...plan, secret });
  } catch (error) {
    if (!isRotationError(error, ...NOT_CARRIED_OUT)) throw error;
    await clear(run, id);
    return ended(run, { outcome: 'rolled-back', failure: describeError(error) });
  }
}

/** Makes the secret that a dead run has let the IAM make the candidate. */
export async function storeRegenerated(run: Run, seen: Observation, plan: Pick<Plan, 'overlap'>): Promise<Acted> {
  const { secret } = seen.clientToRenew;
  return await store(run, seen, { overlap: plan.overlap, outcome: 'rotated', secret });
}

/** The IAM's secret becomes the candidate. A secret that the IAM has made cannot be taken back. */
async function store(
  run: Run,
  seen: Observation,
  { secret, overlap, outcome }: Plan & { readonly secret: Secret },
): Promise<Acted> {
  if (!isUsableSecret(secret))
    throw new RotationError('iam-unexpected', 'The IAM made a secret that is empty or a mask');
  const document = documentOf(run.credential, { clientId: seen.clientToRenew.clientId, secret });
  const attempt = (id: string) => regenerationOf(found(seen), { candidate: { id, document }, overlap, outcome });
  // Whatever the proof says, the secret has to be stored; and connectors are cut off until they have it.
  const storing = journal(run, seen.labels, serializeDocument(document));
  const proving = prove(run, attempt(''));
  const [id] = await inOrder([storing, settled(proving)]);
  return await execute(run, attempt(id), proving);
}

/** These say for certain that nothing was regenerated. */
const NOT_CARRIED_OUT = ['iam-unauthorized', 'iam-forbidden', 'iam-not-found', 'iam-conflict', ...NEVER_SENT] as const;

async function send(run: Run, client: IamClient): Promise<Secret> {
  try {
    return await run.ledger.renew(() => run.ports.iam.regenerate(client));
  } catch (error) {
    if (!leavesInDoubt(error)) throw error;
    const secret = await changedSecret(run, client);
    if (secret === undefined) throw error;
    run.ledger.iamSettled();
    return secret;
  }
}

/** What the IAM holds now, if it is another secret than before. A call that is still under way gets its timeout to land. */
async function changedSecret(run: Run, { clientId, secret }: IamClient): Promise<Secret | undefined> {
  const held = async () => (await findWhenBack(run, clientId)).secret;
  const now = await held();
  if (!sameSecret(now, secret)) return now;
  if (!run.budget.fits(run.timing.httpTimeoutMs)) return undefined;
  await run.runtime.sleep(run.timing.httpTimeoutMs);
  const later = await held();
  return sameSecret(later, secret) ? undefined : later;
}
