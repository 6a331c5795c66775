import type { IamClient } from '../ports/iam.ts';
import type { CredentialDocument } from './document.ts';
import { durationMs } from './duration.ts';
import { RotationError } from './errors.ts';
import { type Run, step } from './run.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** How much longer than grace the IAM itself keeps the previous secret, should retire never run. */
const BACKSTOP_MS = 7 * 24 * HOUR_MS;

/** Until when the IAM is told to keep the previous secret. Retire is what ends it; this is what ends it should retire never run. */
export function backstop(run: Run): Date {
  return new Date(run.runtime.now().getTime() + durationMs(run.credential.grace) + BACKSTOP_MS);
}

/** The end of the grace period of a promote. */
export function graceEnd(run: Run, promotedAt: Date): Date {
  return new Date(promotedAt.getTime() + durationMs(run.credential.grace));
}

/** Plans the end of the previous secret. Planning it twice is planning it once. */
export async function planRetire(
  run: Run,
  { versionId, promotedAt }: { versionId: string; promotedAt: Date },
): Promise<void> {
  // Scheduler takes whole seconds, and nothing that is past: a grace that is over, or of no length, ends at once.
  const soonest = run.runtime.now().getTime() + 2 * SECOND_MS;
  const at = new Date(Math.max(graceEnd(run, promotedAt).getTime(), soonest));
  run.previousValidUntil = at;
  const event = { trigger: 'retire', id: run.credential.id, versionId, attempt: 0 };
  await step(run, 'plan-retire', () =>
    run.ports.schedules.plan({ name: retireName(run.credential.id, versionId), at, target: 'retire', event }),
  );
}

/** The name of the one-time schedule that ends a version's secret. */
export function retireName(id: string, versionId: string): string {
  return `${id}.retire.${versionId.slice(0, 8)}`;
}

/**
 * Plans a retire that could not be carried out again, an hour from now.
 *
 * @param maxAttempts after so many nothing is planned any more
 * @returns whether it was planned
 */
export async function planPostponedRetire(
  run: Run,
  { versionId, attempt }: { versionId: string; attempt: number },
  maxAttempts: number,
): Promise<boolean> {
  if (attempt >= maxAttempts) return false;
  const { id } = run.credential;
  const next = attempt + 1;
  const event = { trigger: 'retire', id, versionId, attempt: next };
  const at = new Date(run.runtime.now().getTime() + HOUR_MS);
  await run.ports.schedules.plan({ name: `${retireName(id, versionId)}.${next}`, at, target: 'retire', event });
  return true;
}

/**
 * Plans to go on pushing a version: after 5 minutes, doubling to an hour, until an hour before the end of grace. After that only a
 * run that somebody asks for goes on.
 */
export async function planRepeat(
  run: Run,
  { id: versionId, createdAt }: { id: string; createdAt: Date },
): Promise<void> {
  const attempt = run.request.repeat?.versionId === versionId ? run.request.repeat.attempt + 1 : 1;
  const delay = Math.min(5 * MINUTE_MS * 2 ** (attempt - 1), HOUR_MS);
  const at = new Date(run.runtime.now().getTime() + delay);
  if (at.getTime() > graceEnd(run, createdAt).getTime() - HOUR_MS) return;
  const name = `${run.credential.id}.repeat.${versionId.slice(0, 8)}.${attempt}`;
  const event = {
    trigger: 'schedule',
    credential: run.credential,
    scheduledTime: at.toISOString(),
    repeat: { versionId, attempt },
  };
  await step(run, 'plan-repeat', () => run.ports.schedules.plan({ name, at, target: 'rotate', event }));
}

/**
 * Ends a previous secret in the IAM, and proves by a token request that it is refused now. Of the client that the connectors use,
 * only the secret that is kept beside the current one is ended; the former one of two clients is given a secret that nobody knows.
 *
 * @param old the previous document: its secret is what has to be refused
 * @param current the document in use
 * @throws {RotationError} `retire-failed` when it is still accepted
 */
export async function endPrevious(run: Run, old: CredentialDocument, current: CredentialDocument): Promise<void> {
  await step(run, 'retire', async () => {
    const client = await run.ports.iam.find(old.clientId);
    run.changed = true;
    if (old.clientId !== current.clientId) await renewAway(run, client, old);
    else if (client.secret === old.clientSecret) throw stillAccepted('it is the one that the IAM holds as current');
    else if (client.previous) await run.ports.iam.endPrevious(client);
    if ((await run.ports.tokens.request(old)).accepted) throw stillAccepted('the IAM accepts it after it was ended');
  });
}

async function renewAway(run: Run, client: IamClient, { clientSecret }: CredentialDocument): Promise<void> {
  if (client.secret !== clientSecret) return;
  if (run.credential.iam.renewal === 'regenerate') await run.ports.iam.regenerate(client);
  else await run.ports.iam.setSecret(client, { secret: run.runtime.newSecret() });
}

function stillAccepted(why: string): RotationError {
  return new RotationError('retire-failed', `The old secret was not ended: ${why}`);
}
