import type { TokenResult } from '../ports/token-endpoint.ts';
import type { CredentialDocument } from './document.ts';
import { isRotationError, RotationError } from './errors.ts';
import type { Run } from './run.ts';

/** How long to wait before something is tried again that a replicated or restarting IAM may need a moment for. */
export const PAUSES_MS = [200, 500, 1000] as const;

/** Whether the IAM's current secret is this one. */
export async function isHeld(run: Run, clientId: string, secret: string): Promise<boolean> {
  return (await run.ports.iam.find(clientId)).secret === secret;
}

/** @throws {RotationError} `iam-secret-not-held` when the IAM's current secret is another one, whatever it answered to the write */
export async function proveHeld(run: Run, { clientId, clientSecret }: CredentialDocument): Promise<void> {
  if (await isHeld(run, clientId, clientSecret)) return;
  throw new RotationError('iam-secret-not-held', 'The IAM answered the write with success, but holds another secret');
}

/**
 * Requests a token; a refusal right after a change is asked again for a moment, since an IAM may be replicated.
 *
 * @throws {RotationError} the given code when the secret is refused; `iam-*` when the IAM is down
 */
export async function proveAccepted(
  run: Run,
  document: CredentialDocument,
  code: 'token-refused' | 'iam-overlap-lost',
): Promise<void> {
  const answer = await persist(
    run,
    () => run.ports.tokens.request(document),
    ({ accepted }) => accepted,
  );
  if (!answer.accepted) throw new RotationError(code, refusal(answer));
}

/** The IAM's own words. */
export function refusal(answer: Extract<TokenResult, { accepted: false }>): string {
  return `The IAM refuses the secret: ${answer.error}: ${answer.description}`;
}

/** Repeats something harmless a few times while it does not give what is hoped for, or the IAM is away for a moment. */
async function persist<T>(run: Run, ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const last = tries === PAUSES_MS.length || run.runtime.remainingMs() < run.timing.undoReserveMs;
    try {
      const answer = await ask();
      if (good(answer) || last) return answer;
    } catch (error) {
      if (last || !isRotationError(error, 'iam-timeout', 'iam-unavailable')) throw error;
    }
    await run.runtime.sleep(PAUSES_MS[tries] ?? 0);
  }
}
