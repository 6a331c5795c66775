import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { NO_SECRET, sameSecret } from '../../credential/secret/secret.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import type { IamClient } from '../../ports/iam.ts';
import { type Acted, ANSWERED, REQUEUE } from '../attempt/acted.ts';
import type { ActionOf } from '../decide/terms/action.ts';
import { assertLabels, clear, type ExpectedLabels, journal } from '../labels/labels.ts';
import { findWhenBack, isRefused, proveHeld, retryUntil } from '../observe/looks.ts';
import { found, type Labels, type Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import { retireIntent } from '../observe/pending.ts';
import { planRetire } from '../plan/retire.ts';
import { type Run, timed } from '../run/context.ts';
import { usableDocument } from '../run/known.ts';
import { endByPerson } from './by-person.ts';

/**
 * Ends the previous secret under a lease of its own, before another rotation begins. Every connector holds the current one. Where the run
 * has ended it already, a node that has not heard of that may tell of it as kept; if it goes on being kept, somebody has brought it
 * back, as a page that was opened before does when it is saved.
 */
export async function endGrace(run: Run, seen: Observation): Promise<Acted> {
  const { clientInUse, current, labels } = found(seen);
  const old = documentOf(run.credential, {
    clientId: clientInUse.clientId,
    secret: clientInUse.previous?.secret ?? NO_SECRET,
  });
  const fingerprint = secretFingerprint(old.clientSecret);
  if (run.ledger.hasEnded(fingerprint) && !(await isKeptStill(run, old))) return REQUEUE;
  await endUnderLease(run, labels, { old, current: current.document });
  run.ledger.ended(fingerprint);
  return REQUEUE;
}

async function isKeptStill(run: Run, { clientId, clientSecret }: CredentialDocument): Promise<boolean> {
  const isKept = ({ previous }: IamClient) => sameSecret(previous?.secret, clientSecret);
  const find = () => findWhenBack(run, clientId);
  return isKept(await retryUntil(run, find, (client) => !isKept(client)));
}

/** Plans the end of the previous secret, as soon as can be: nobody has, or what was planned is lost. */
export async function planEnd(run: Run, seen: Observation, { versionId }: ActionOf<'plan-end'>): Promise<Acted> {
  const promotedAt = found(seen).current.createdAt;
  await planRetire(run, { versionId, promotedAt, works: false, atOnce: true });
  run.ledger.answered({ endPlanned: true });
  return ANSWERED;
}

/** Ends the secret of the version before at once, and proves it. An IAM that only a person can change asks that person. */
export async function revokePrevious(
  run: Run,
  seen: Observation,
  { versionId }: ActionOf<'revoke-previous'>,
): Promise<Acted> {
  const old = usableDocument(run.ledger.answers.previousDocument);
  if (!old) throw new RotationError('internal-error', 'The previous document was not read');
  const { current, labels } = found(seen);
  if (run.ports.iam.capabilities.set) await endUnderLease(run, labels, { old, current: current.document });
  else await endByPerson(run, versionId, { old, current: current.document });
  run.ledger.revoke();
  return REQUEUE;
}

/** Ends the secret of the document in AWSPREVIOUS under a lease of its own. The document in AWSCURRENT stays. */
export async function endUnderLease(
  run: Run,
  labels: Labels,
  { old, current }: { readonly old: CredentialDocument; readonly current: CredentialDocument },
): Promise<void> {
  const intent = { run: run.runtime.newId(), versionId: labels.previous?.id ?? '' };
  const id = await journal(run, labels, retireIntent(intent));
  try {
    await endPrevious(run, { old, current, lease: { current: labels.current?.id ?? '', pending: id } });
  } finally {
    await clear(run, id);
  }
}

/** Finishes a retire that died. An end that fails again is planned again; the intent is cleared in any case. */
export async function finishRetire(
  run: Run,
  seen: Observation,
  { versionId, intentId }: ActionOf<'finish-retire'>,
): Promise<Acted> {
  const old = usableDocument(run.ledger.answers.previousDocument);
  if (!old) throw new RotationError('internal-error', 'The previous document was not read');
  try {
    const { current } = found(seen);
    const lease = { current: current.id, pending: intentId };
    await endPrevious(run, { old, current: current.document, lease });
    if (!run.ledger.achieved) run.ledger.achieve('repaired');
  } catch (error) {
    if (!isRotationError(error, 'retire-failed', 'not-at-rest', 'client-not-found', 'client-not-usable')) throw error;
    await planRetire(run, { versionId, promotedAt: run.runtime.now(), works: false, atOnce: true });
  }
  await clear(run, intentId);
  return REQUEUE;
}

/** Takes AWSPENDING off a version that nothing will come of. */
export async function clearPending(run: Run, { versionId }: ActionOf<'clear'>): Promise<Acted> {
  await clear(run, versionId);
  return REQUEUE;
}

/**
 * Ends a previous secret in the IAM, and proves by a token request that it is refused. Of the client that the connectors use,
 * exactly that secret is ended, and only while the IAM keeps it beside the current one; the former one of two clients is given a
 * secret that nobody knows.
 *
 * @param old the previous document: its secret has to be refused afterwards
 * @param current the document in use: the IAM has to hold it
 * @param lease where the labels stand meanwhile; Secrets Manager's own rotation may take AWSPENDING away at any time
 * @throws {LabelsMovedError} when it has done so, and nothing was sent
 * @throws {RotationError} `not-at-rest` when the IAM holds another secret than the one in use, and nothing was sent;
 *   `retire-failed` when the old one is still accepted afterwards
 */
async function endPrevious(
  run: Run,
  { old, current, lease }: { old: CredentialDocument; current: CredentialDocument; lease: ExpectedLabels },
): Promise<void> {
  await timed(run, 'retire', async () => {
    const client = await run.ports.iam.find(old.clientId);
    if (old.clientId === current.clientId) assertHeld(client, current);
    if (run.credential.native) await assertLabels(run, lease);
    // From here on the previous secret may end at any moment.
    run.draft.previousWorksUntil(undefined);
    const renews = old.clientId !== current.clientId && sameSecret(client.secret, old.clientSecret);
    await endKept(run, renews ? await renewAway(run, client) : client, old);
    if (await isRefused(run, old)) return;
    throw new RotationError('retire-failed', 'The old secret was not ended: the IAM accepts it after it was ended');
  });
}

/** @throws {RotationError} `not-at-rest`: what is kept beside a secret that a person made may be the one that connectors use */
function assertHeld({ secret }: IamClient, current: CredentialDocument): void {
  if (sameSecret(secret, current.clientSecret)) return;
  throw new RotationError(
    'not-at-rest',
    'The IAM holds another secret than AWSCURRENT: that is put right before anything is ended',
  );
}

/** Sends the end of exactly this secret, if it is what the IAM keeps as the previous one. */
async function endKept({ ledger, ports }: Run, client: IamClient, { clientSecret }: CredentialDocument): Promise<void> {
  if (!sameSecret(client.previous?.secret, clientSecret) || sameSecret(client.secret, clientSecret)) return;
  await ledger.sent(() => ports.iam.endPrevious(client));
}

/**
 * Gives a client that nobody uses a secret that nobody knows.
 *
 * @returns the client as the IAM holds it afterwards: a node that has not heard of the change tells of nothing that is kept
 */
async function renewAway(run: Run, client: IamClient): Promise<IamClient> {
  const { iam } = run.ports;
  const regenerates = secretMaker(run.credential) === 'iam';
  const made = run.runtime.newSecret();
  const clientSecret = await run.ledger.sent(async () => {
    if (regenerates) return await iam.regenerate(client);
    await iam.setSecret(client, { secret: made });
    return made;
  });
  return await proveHeld(run, { clientId: client.clientId, clientSecret });
}
