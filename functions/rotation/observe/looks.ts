import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import { type Secret, sameSecret } from '../../credential/secret/secret.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import type { Run } from '../run/context.ts';

/** How long to wait before something is looked at again that is replicated and may need a moment, in milliseconds. */
export const PAUSES_MS = [200, 500, 1000, 1500] as const;
/** An IAM that is away right after it was changed is waited for, as long as there is time; in milliseconds. */
const LONGEST_PAUSE_MS = 5000;

/**
 * Looks a few times until what is seen is what a write, or common sense, leads to expect: one look at a replicated system can be
 * older than the write.
 *
 * @returns the last answer, whether it is as expected or not
 */
export async function retryUntil<T>(run: Run, look: () => Promise<T>, expected: (answer: T) => boolean): Promise<T> {
  for (let looks = 0; ; looks++) {
    const answer = await look();
    const pause = PAUSES_MS[looks];
    if (expected(answer) || pause === undefined || !run.budget.fits(pause)) return answer;
    await run.runtime.sleep(pause);
  }
}

/**
 * Waits for an IAM that is away: it was changed, or may have been, and what it holds has to be known.
 *
 * @throws {RotationError} `iam-timeout` or `iam-unavailable` when there is no time left to wait
 */
export async function whenBack<T>(run: Run, ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      const pause = Math.min(LONGEST_PAUSE_MS, 2 ** tries * 250);
      if (!run.budget.fits(pause + 2 * run.budget.estimate('iam'))) throw error;
      await run.runtime.sleep(pause);
    }
  }
}

/** The client as the IAM holds it, once the IAM can be asked. */
export async function findWhenBack(run: Run, clientId: string, known: readonly Secret[] = []): Promise<IamClient> {
  return await whenBack(run, () => run.ports.iam.find(clientId, known));
}

/** Whether a failure says of the IAM no more than that it is away. */
export function isAway(error: unknown): boolean {
  return isRotationError(error, 'iam-timeout', 'iam-unavailable');
}

/**
 * Reads the client until the IAM's current secret is the document's.
 *
 * @param others secrets that the IAM may keep beside it, where only token requests can tell
 * @returns the client as the IAM holds it now
 * @throws {RotationError} `iam-secret-not-held` when the IAM's current secret is another one, whatever it answered to the write
 */
export async function proveHeld(
  run: Run,
  { clientId, clientSecret }: Pick<CredentialDocument, 'clientId' | 'clientSecret'>,
  others: readonly Secret[] = [],
): Promise<IamClient> {
  const client = await retryUntil(
    run,
    () => findWhenBack(run, clientId, [clientSecret, ...others]),
    ({ secret }) => sameSecret(secret, clientSecret),
  );
  if (sameSecret(client.secret, clientSecret)) return client;
  throw new RotationError('iam-secret-not-held', 'The IAM answered the write with success, but holds another secret');
}

/**
 * Requests tokens until one is given: a refusal right after a change may come from a node that has not heard of it.
 *
 * @throws {RotationError} the given code when the secret is refused; `iam-*` when the IAM is down
 */
export async function proveAccepted(
  run: Run,
  document: CredentialDocument,
  code: 'token-refused' | 'iam-overlap-lost',
): Promise<void> {
  const answer = await answerTo(run, document, true);
  if (!answer.accepted) throw refused(answer, code);
}

/**
 * Requests tokens until none is given: a token right after a secret was ended may come from a node that has not heard of it.
 *
 * @returns whether the secret is refused
 */
export async function isRefused(run: Run, document: CredentialDocument): Promise<boolean> {
  return !(await answerTo(run, document, false)).accepted;
}

/**
 * The same, where nobody can read the client.
 *
 * @throws {RotationError} `client-not-usable` when the IAM refuses the client as such: somebody may switch it on again
 */
export async function isEnded(run: Run, document: CredentialDocument): Promise<boolean> {
  const answer = await answerTo(run, document, false);
  if (!answer.accepted && answer.error === 'client-not-usable') throw refused(answer);
  return !answer.accepted;
}

/** One token request. A client that can't be used as such gets no token, whatever its secret is. */
export async function askToken(run: Run, document: CredentialDocument): Promise<TokenResult> {
  try {
    return await run.ports.tokens.request(document);
  } catch (error) {
    if (!isRotationError(error, 'client-not-usable')) throw error;
    return { accepted: false, error: 'client-not-usable', description: error.message };
  }
}

async function answerTo(run: Run, document: CredentialDocument, hoped: boolean): Promise<TokenResult> {
  return await retryUntil(
    run,
    () => whenBack(run, () => askToken(run, document)),
    ({ accepted }) => accepted === hoped,
  );
}

/** The error for a secret that gets no token: the secret is to blame, or the client as such. */
export function refused(
  { error, description }: Extract<TokenResult, { accepted: false }>,
  code: 'token-refused' | 'iam-overlap-lost' = 'token-refused',
): RotationError {
  if (error === 'client-not-usable') return new RotationError(error, description);
  return new RotationError(code, `The IAM refuses the secret: ${error}: ${description}`);
}
