import type { CredentialDocument } from '../../credential/document.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import { secretMaker } from '../../credential/settings/credential.ts';
import type { IamClient } from '../../ports/iam.ts';
import { iamExpiry } from '../decide/terms/attempt.ts';
import { retryUntil } from '../observe/looks.ts';
import { graceEnd } from '../plan/retire.ts';
import { type Run, timed } from '../run/context.ts';

const YEAR_MS = 365 * 86_400_000;

/**
 * Moves the times that an IAM plants by itself when it makes a secret: an expiry of the new secret, and an end of the previous one
 * that may come before grace is over. The secrets stay as they are.
 *
 * @param previous the document whose secret is to be kept until grace is over; undefined when there is none
 * @returns the client as the IAM holds it afterwards
 */
export async function takeOverTimes(
  run: Run,
  client: IamClient,
  previous: CredentialDocument | undefined,
): Promise<IamClient> {
  const { credential, ports, ledger } = run;
  if (secretMaker(credential) !== 'iam') return client;
  const now = run.runtime.now();
  const kept = sameSecret(previous?.clientSecret, client.previous?.secret) ? client.previous : undefined;
  const expires = client.secretExpiresAt !== undefined && client.secretExpiresAt.getTime() < now.getTime() + YEAR_MS;
  const endsEarly = kept !== undefined && kept.validUntil < graceEnd(credential, now);
  if (!expires && !endsEarly) return client;
  const { clientId, secret } = client;
  const change = kept
    ? { secret, previous: { secret: kept.secret, validUntil: iamExpiry(credential, now) } }
    : { secret };
  return await timed(run, 'extend', async () => {
    // The client was read before the connectors were written, and somebody may have changed it meanwhile.
    const fresh = await ports.iam.find(clientId);
    await ledger.sent(() => ports.iam.setSecret(fresh, change));
    // A node that has not heard of the write shows the times before it. What the IAM did not keep is gone by then.
    return await retryUntil(
      run,
      () => ports.iam.find(clientId),
      (shown) => timesOf(shown) !== timesOf(fresh),
    );
  });
}

function timesOf({ secretExpiresAt, previous }: IamClient): string {
  return `${secretExpiresAt?.getTime()} ${previous?.validUntil.getTime()}`;
}
