import { createHash } from 'node:crypto';
import type { IamClient } from '../ports/iam.ts';
import type { CredentialDocument } from './document.ts';
import { durationMs } from './duration.ts';
import { RotationError } from './errors.ts';
import { assertLabels, type ExpectedLabels } from './labels.ts';
import { isRefused, proveHeld } from './proofs.ts';
import { type Run, step } from './run.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
/** How much longer than grace the IAM itself keeps the previous secret, should retire never run. */
const BACKSTOP_MS = 7 * DAY_MS;
/** A retire that can't be carried out is tried every hour for six days, then once a day: it never gives up in silence. */
const HOURLY_ATTEMPTS = 144;

/** Until when the IAM is told to keep the previous secret. Retire is what ends it; this is what ends it should retire never run. */
export function backstop(run: Run): Date {
  return new Date(run.runtime.now().getTime() + durationMs(run.credential.grace) + BACKSTOP_MS);
}

/**
 * An IAM that makes secrets by itself plants its own times: an expiry on the new one, and an end of the previous one that may come
 * before grace is over. Both are moved; the secrets stay as they are.
 *
 * @param previous the document whose secret is to be kept until grace is over; undefined when there is none
 * @returns the client as the IAM holds it then
 */
export async function takeOverTimes(
  run: Run,
  client: IamClient,
  previous: CredentialDocument | undefined,
): Promise<IamClient> {
  if (run.credential.iam.renewal === 'set') return client;
  const now = run.runtime.now();
  const kept = previous?.clientSecret === client.previous?.secret ? client.previous : undefined;
  const expires = client.secretExpiresAt !== undefined && client.secretExpiresAt.getTime() < now.getTime() + YEAR_MS;
  const endsEarly = kept !== undefined && kept.validUntil < graceEnd(run, now);
  if (!expires && !endsEarly) return client;
  const { clientId, secret } = client;
  const change = kept ? { secret, previous: { secret: kept.secret, validUntil: backstop(run) } } : { secret };
  return await step(run, 'extend', async () => {
    await run.ledger.write(() => run.ports.iam.setSecret(client, change));
    return await run.ports.iam.find(clientId);
  });
}

/** The end of the grace period of a promote. */
function graceEnd(run: Run, promotedAt: Date): Date {
  return new Date(promotedAt.getTime() + durationMs(run.credential.grace));
}

/** The previous secret that is to be ended, and when. */
export interface PlannedEnd {
  readonly versionId: string;
  readonly promotedAt: Date;
  /** When the IAM ends it by itself, as far as it tells. */
  readonly validUntil?: Date | undefined;
  /** It is known to be accepted until then. */
  readonly works: boolean;
  /** It was not to be kept at all. @default false */
  readonly atOnce?: boolean;
}

/**
 * Plans the end of the previous secret. Planning it twice is planning it once. A retire never meets the run that has planned it:
 * a grace that is over, or of no length, ends one lease from now.
 */
export async function planRetire(
  run: Run,
  { versionId, promotedAt, validUntil, works, atOnce = false }: PlannedEnd,
): Promise<void> {
  const soonest = run.runtime.now().getTime() + run.timing.leaseMs;
  const at = new Date(atOnce ? soonest : Math.max(graceEnd(run, promotedAt).getTime(), soonest));
  if (works) run.previousValidUntil = validUntil && validUntil < at ? validUntil : at;
  const { leaveBehind } = run.request;
  const event = {
    trigger: 'retire',
    id: run.credential.id,
    versionId,
    attempt: 0,
    ...(leaveBehind && { leaveBehind }),
  };
  await step(run, 'plan-retire', () =>
    run.ports.schedules.plan({ name: retireName(run.credential.id, versionId), at, target: 'retire', event }),
  );
}

/**
 * The name of the one-time schedule that ends a version's secret. Version ids may begin alike, since whoever starts a rotation by
 * Secrets Manager itself chooses them; what is derived from the whole id does not.
 */
export function retireName(id: string, versionId: string): string {
  return `${id}.retire.${createHash('sha256').update(versionId).digest('hex').slice(0, 10)}`;
}

/** Plans a retire that could not be carried out again. */
export async function planPostponedRetire(
  run: Run,
  { versionId, attempt }: { versionId: string; attempt: number },
): Promise<void> {
  const { id } = run.credential;
  const { leaveBehind } = run.request;
  const next = attempt + 1;
  const event = { trigger: 'retire', id, versionId, attempt: next, ...(leaveBehind && { leaveBehind }) };
  const at = new Date(run.runtime.now().getTime() + (attempt < HOURLY_ATTEMPTS ? HOUR_MS : DAY_MS));
  await run.ports.schedules.plan({ name: `${retireName(id, versionId)}.${next}`, at, target: 'retire', event });
}

/**
 * Ends a previous secret in the IAM, and proves by a token request that it is refused now. Of the client that the connectors use,
 * exactly that secret is ended, and only while it is the one that is kept beside the current one; the former one of two clients
 * is given a secret that nobody knows.
 *
 * @param old the previous document: its secret is what has to be refused
 * @param current the document in use: the IAM has to hold it
 * @param lease where the labels stand meanwhile; Secrets Manager's own rotation may take AWSPENDING away at any time
 * @throws {LabelsMovedError} when it has, and nothing was sent
 * @throws {RotationError} `not-at-rest` when the IAM holds another secret than the one in use, and nothing was sent;
 *   `retire-failed` when the old one is still accepted afterwards
 */
export async function endPrevious(
  run: Run,
  { old, current, lease }: { old: CredentialDocument; current: CredentialDocument; lease: ExpectedLabels },
): Promise<void> {
  await step(run, 'retire', async () => {
    const client = await run.ports.iam.find(old.clientId);
    if (old.clientId === current.clientId) assertHeld(client, current);
    if (run.credential.native) await assertLabels(run, lease);
    // From here on it may be ended at any moment.
    delete run.previousValidUntil;
    const renews = old.clientId !== current.clientId && client.secret === old.clientSecret;
    await endKept(run, renews ? await renewAway(run, client) : client, old);
    if (await isRefused(run, old)) return;
    throw new RotationError('retire-failed', 'The old secret was not ended: the IAM accepts it after it was ended');
  });
}

/** @throws {RotationError} `not-at-rest`: what is kept beside a secret that a person made may be the one that connectors use */
function assertHeld({ secret }: IamClient, current: CredentialDocument): void {
  if (secret === current.clientSecret) return;
  throw new RotationError(
    'not-at-rest',
    'The IAM holds another secret than AWSCURRENT: that is put right before anything is ended',
  );
}

/** Sends the end of exactly this secret, if it is what the IAM keeps as the previous one. */
async function endKept(run: Run, client: IamClient, { clientSecret }: CredentialDocument): Promise<void> {
  if (client.previous?.secret !== clientSecret || client.secret === clientSecret) return;
  await run.ledger.write(() => run.ports.iam.endPrevious(client));
}

/**
 * Gives a client that nobody uses a secret that nobody knows.
 *
 * @returns the client as it is then: a node that has not heard of it tells of nothing that is kept
 */
async function renewAway(run: Run, client: IamClient): Promise<IamClient> {
  const { iam } = run.ports;
  const regenerates = run.credential.iam.renewal === 'regenerate';
  const made = run.runtime.newSecret();
  const clientSecret = await run.ledger.write(async () => {
    if (regenerates) return await iam.regenerate(client);
    await iam.setSecret(client, { secret: made });
    return made;
  });
  return await proveHeld(run, { clientId: client.clientId, clientSecret });
}
