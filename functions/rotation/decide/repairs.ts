import { RotationError } from '../../credential/errors.ts';
import { type Credential, secretMaker } from '../../credential/settings/credential.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import { refused } from '../observe/looks.ts';
import { renewal } from './renewal.ts';
import type { RotationAction } from './terms/action.ts';
import { refusal, tooSoon, unreadable, unusable } from './terms/checks.ts';
import { type Facts, type FirstFacts, mayRenew } from './terms/facts.ts';

/**
 * Somebody changed the secret in the IAM. The run adopts it, so that every connector that can be reached works, and renews it
 * afterwards, since a secret that a person saw is no secret.
 */
export function changedByHand(facts: Facts): RotationAction {
  const { seen, known, credential, now } = facts;
  const unfit = refusal([unusable(seen.clientInUse), known.undisturbed === true ? undefined : tooSoon(facts.leaseMs)]);
  if (unfit) return unfit;
  const { sameVersions, heldSecret } = known.answers;
  if (!sameVersions)
    return { kind: 'ask', question: 'same-versions', reason: 'another run may have set what the IAM holds' };
  if (!heldSecret) return { kind: 'ask', question: 'held-secret', reason: 'only a secret that works is adopted' };
  // Where a person enters secrets, a person sees every one of them.
  const attended = seen.connectors.some(({ connector }) => connector.attended);
  const renewsAfter = secretMaker(credential) === 'rotator' && mayRenew(facts) && !attended;
  const adopt = { kind: 'adopt', renewsAfter, reason: 'somebody changed the secret in the IAM' } as const;
  if (heldSecret.accepted) return { ...adopt, revives: false };
  return refusal([dead(seen.clientInUse, heldSecret, now)]) ?? { ...adopt, revives: true };
}

/** The IAM holds the current secret, but refuses it: set it again, or let the IAM make a new one. */
export function expired(facts: Facts): RotationAction {
  const { seen, known, credential, now } = facts;
  if (seen.answer.accepted) throw new RotationError('internal-error', 'The current secret is accepted');
  return (
    refusal([
      unusable(seen.clientInUse),
      known.mayBegin ? undefined : tooSoon(facts.leaseMs),
      dead(seen.clientInUse, seen.answer, now),
    ]) ??
    (secretMaker(credential) === 'iam'
      ? // The secret that would be given back is refused.
        renewal(facts, false, 'nothing')
      : { kind: 'revive', reason: 'the expiry of the current secret has passed' })
  );
}

/** A secret that is refused although its expiry has not passed: nothing that a write could mend. */
function dead(
  { secretExpiresAt }: IamClient,
  answer: Extract<TokenResult, { accepted: false }>,
  now: Date,
): RotationError | undefined {
  return secretExpiresAt && secretExpiresAt <= now ? undefined : refused(answer);
}

function renewsFirst({ iam }: Credential): boolean {
  return iam.type === 'keycloak' && iam.firstRun === 'renew';
}

/** The first run stores what the IAM holds, once it is proven. */
export function firstRun(facts: FirstFacts): RotationAction {
  const { seen, credential } = facts;
  const { answer } = seen;
  return (
    refusal([unreadable(seen), unusable(seen.clientInUse), answer.accepted ? undefined : refused(answer)]) ?? {
      kind: 'store-first',
      renewsAfter: renewsFirst(credential) && mayRenew(facts),
      reason: 'there is no current document yet',
    }
  );
}
