import { isRotationError } from '../../credential/errors.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import type { IamClient, SecretChange } from '../../ports/iam.ts';
import type { Attempt } from '../decide/terms/attempt.ts';
import { assertLabels } from '../labels/labels.ts';
import { findWhenBack, isAway, PAUSES_MS } from '../observe/looks.ts';
import { assertFits, FORWARD } from '../run/budget.ts';
import { type Run, timed } from '../run/context.ts';

/** How often the write is sent. */
const TRIES = 3;

/**
 * Sets the candidate in the IAM. A write that was not answered is sent again, unless the IAM is seen to have carried it out. The
 * client is read anew before that: somebody may have changed it since it was observed.
 */
export async function renew(
  run: Run,
  { client: observed, candidate, current }: Attempt,
  change: SecretChange,
): Promise<void> {
  await timed(run, 'renew', async () => {
    const sendTo = (client: IamClient) => run.ledger.renew(() => run.ports.iam.setSecret(client, change));
    let client = observed;
    for (let tries = 1; ; tries++) {
      assertFits(run.budget, run.budget.needs(FORWARD));
      try {
        return await sendTo(client);
      } catch (error) {
        if (!isAway(error) && !isRotationError(error, 'iam-conflict')) throw error;
        if (tries === TRIES) throw error;
        await run.runtime.sleep(PAUSES_MS[tries - 1] ?? 0);
        client = await findWhenBack(run, client.clientId);
        if (sameSecret(client.secret, change.secret)) return;
        await assertLabels(run, { current: current.id, pending: candidate.id });
      }
    }
  });
}
