import { RotationError } from '../../../credential/errors.ts';
import { MOST_YOUNG_VERSIONS } from '../../../credential/schedule/version-quota.ts';
import { secretMaker } from '../../../credential/settings/credential.ts';
import type { IamClient } from '../../../ports/iam.ts';
import {
  alternates,
  type Found,
  holds,
  isHandedOver,
  keepsBeside,
  type Look,
  type Observation,
  overlapActive,
} from '../../observe/observation.ts';
import { outOfTime } from '../../run/budget.ts';
import type { ActionOf, Overlap, RotationAction } from './action.ts';
import type { Facts } from './facts.ts';

const DAY_MS = 86_400_000;

/** The action that ends the run with the first of some failures; undefined when there is none. */
export function refusal(
  failures: readonly (RotationError | undefined)[],
  atRest = false,
): ActionOf<'refuse'> | undefined {
  const failure = failures.find((one) => one !== undefined);
  return failure && refuse(failure, atRest);
}

/** The action that ends the run with a failure. */
export function refuse(failure: RotationError, atRest = false): ActionOf<'refuse'> {
  return { kind: 'refuse', failure, reason: failure.message, ...(atRest && { atRest }) };
}

/** What kept a connector from being read: nothing is begun that could not be pushed. */
export function unreadable({ connectors }: Look): RotationError | undefined {
  return connectors.find((view) => view.error)?.error;
}

/** What is wrong with a client as such. */
export function unusable({ fault }: IamClient): RotationError | undefined {
  return fault === undefined ? undefined : new RotationError('client-not-usable', fault);
}

/** The last change of the labels may belong to a run that is alive. */
export function tooSoon(leaseMs: number): RotationError {
  return new RotationError(
    'too-soon',
    'The secret was changed within the last lease; a run that is alive may have done it',
    { retryAfter: Math.ceil(leaseMs / 1000) },
  );
}

/**
 * A rotation might not be finished for lack of room among the versions.
 *
 * @param before how many versions are put before the rotation begins
 */
export function noRoom({ seen, now }: Facts<Look>, before: number): RotationError | undefined {
  const dayAgo = now.getTime() - DAY_MS;
  const young = seen.labels.versions.filter(({ createdAt }) => createdAt.getTime() > dayAgo).length;
  if (young + before <= MOST_YOUNG_VERSIONS) return undefined;
  return new RotationError(
    'too-many-versions',
    `${young} versions of the secret are younger than a day, and Secrets Manager takes 100: the rest is kept for repairs`,
  );
}

/** Too little time is left for something that takes so long. */
export function noTime({ time }: Facts<unknown>, ms: number): RotationError | undefined {
  return time.leftMs >= ms ? undefined : outOfTime();
}

/**
 * What the settings ask for. While a person has yet to enter the new secret in a connector, the connector needs the old one: unless
 * that person is at hand, an overlap has to be had.
 */
export function overlapWanted({ credential, request, seen }: OverlapFacts): Overlap {
  const wanted = {
    'dual-secret': 'required',
    'alternating-clients': 'required',
    auto: cutsOff({ credential, request, seen }) ? 'required' : 'where-possible',
    'in-place': 'none',
  } as const;
  return wanted[credential.strategy];
}

type OverlapFacts = Pick<Facts<Look>, 'credential' | 'request' | 'seen'>;

/** Whether a rotation without an overlap would cut a connector off until a person comes. */
function cutsOff({ request, seen }: OverlapFacts): boolean {
  return !request.attended && seen.connectors.some(({ connector }) => connector.attended);
}

/** A rotation in place ends the secret that a manual connector uses: somebody has to be at hand. */
export function unattended(facts: OverlapFacts): RotationError | undefined {
  if (facts.credential.strategy !== 'in-place' || !cutsOff(facts)) return undefined;
  const names = facts.seen.connectors
    .filter(({ connector }) => connector.attended)
    .map(({ connector }) => connector.name);
  const detail = `A rotation in place would cut ${names.join(', ')} off until somebody has entered the new secret`;
  return new RotationError('attendance-required', detail);
}

/** A person who was asked to enter the current secret has not said yet that it was done: the connector may use the one before. */
export function notEntered({ connectors, current }: Found): RotationError | undefined {
  const waiting = connectors.find((view) => isHandedOver(view, current.id) && !holds(view, current.document));
  if (!waiting) return undefined;
  const due = waiting.configuration?.handedOver?.dueAt.toISOString();
  const detail = `${waiting.connector.name} was handed over to a person, who has not acknowledged the current secret yet (due ${due})`;
  return new RotationError('connector-behind', detail, { next: NEXT_ENTER });
}

const NEXT_ENTER = 'Enter the current secret in the connector and acknowledge it, or leave the connector behind.';

/**
 * Whether an overlap that is needed can be had. Only a named `dual-secret` needs one, and `auto` while a person has to enter the new
 * secret. Else there is nothing to ask, except where the IAM makes the secret: the previous secret is sent along, and a look
 * afterwards tells whether the IAM keeps it.
 */
export function overlapPossible(facts: Facts<Observation>): 'yes' | 'no' | 'not-known' {
  const { credential, seen, known, now } = facts;
  const needed = needsOverlap(facts);
  const prepares = secretMaker(credential) === 'iam' && credential.strategy === 'auto';
  if (!needed && !prepares) return 'yes';
  // A secret that the IAM refuses already is not to be kept, and the probe would bring it back to life.
  if (!seen.answer.accepted || overlapActive(seen.clientInUse, now)) return 'yes';
  if (known.answers.overlap === undefined) return 'not-known';
  return known.answers.overlap === true || !needed ? 'yes' : 'no';
}

/** Whether nothing may be renewed unless the IAM keeps the previous secret. Two clients need nothing of the IAM. */
export function needsOverlap(facts: OverlapFacts): boolean {
  return facts.credential.strategy !== 'alternating-clients' && overlapWanted(facts) === 'required';
}

/** The action that finds out whether the strategy can be carried out, or refuses it; undefined when it can be. */
export function strategyCheck(facts: Facts<Observation>, atRest = false): RotationAction | undefined {
  const possible = overlapPossible(facts);
  if (possible === 'not-known') {
    const reason = 'a named strategy has to be possible, and the IAM is asked whether it keeps previous secrets';
    return { kind: 'ask', question: 'overlap', reason, ...(atRest && { atRest }) };
  }
  if (possible === 'yes') return undefined;
  const why = 'The IAM would end the old secret at once: no client policy applies to the client';
  const failure =
    facts.credential.strategy === 'auto'
      ? new RotationError(
          'attendance-required',
          `${why}; a connector would be cut off until somebody enters the new one`,
        )
      : new RotationError('overlap-unsupported', why);
  return refuse(failure, atRest);
}

/** What the IAM keeps of a rotation whose candidate it holds already has to stay; what it does not keep is no longer asked for. */
export function overlapUnderWay({ seen, now }: Pick<Facts<Observation>, 'seen' | 'now'>): Overlap {
  const { clientInUse, current } = seen;
  if (alternates(seen)) return 'required';
  return current && keepsBeside(clientInUse, current.document.clientSecret, now) ? 'where-possible' : 'none';
}

/** A connector holds something else than the current secret, which the IAM accepts. */
export function connectorDiffers(): RotationAction {
  return { kind: 'push-current', reason: 'a connector does not hold the current secret' };
}
