import { RotationError } from '../../credential/errors.ts';
import type { NativeRequest } from '../../credential/native-steps.ts';
import { candidateOf, type Found, holdOurs, type Observation } from '../observe/observation.ts';
import { classify, STATES } from '../observe/states.ts';
import type { Overlap, StepAction } from './terms/action.ts';
import { attemptUnderWay, renewalOf, reversible, timeNeededMs } from './terms/attempt.ts';
import { noTime, overlapWanted, refusal, refuse, strategyCheck, unreadable, unusable } from './terms/checks.ts';
import type { Facts } from './terms/facts.ts';
import { candidateSet, promotedUncleared } from './unfinished.ts';

/** The steps that look at everything before they do something. */
export type LookingStep = Exclude<NativeRequest['step'], 'testSecret'>;

const STEPS = { createSecret, setSecret, finishSecret } as const satisfies Record<
  LookingStep,
  (facts: Facts, versionId: string) => StepAction
>;

/**
 * Decides the next thing that one of Secrets Manager's steps does. Pure.
 *
 * @param request the step, and the version that it is about
 */
export function decideStep(
  facts: Facts<Observation>,
  { step, versionId }: { readonly step: LookingStep; readonly versionId: string },
): StepAction {
  const { seen } = facts;
  const { current, pending } = seen.labels;
  if (current?.id === versionId && pending?.id !== versionId) return DONE;
  if (pending?.id !== versionId) {
    const detail = 'AWSPENDING is at another version than the step is about';
    return refuse(new RotationError('rotation-in-progress', detail));
  }
  if (!seen.current) {
    const detail = 'There is no current document yet: a run by schedule or API adopts one first';
    return refuse(new RotationError('not-at-rest', detail));
  }
  return STEPS[step]({ ...facts, seen: { ...seen, current: seen.current } }, versionId);
}

const DONE: StepAction = { kind: 'rest', outcome: 'unchanged', reason: 'the step has been done before' };

/**
 * Fills the empty version with a candidate. Everything else has to be at rest. Where it is not, an earlier call of this step may have
 * filled the version, and a later step may have gone on: only then the version is read.
 */
function createSecret(facts: Facts, versionId: string): StepAction {
  const { seen, known } = facts;
  const content = known.answers.pendingContent ?? seen.pending?.content.kind;
  if (content === 'candidate') return DONE;
  const unfit = refusal([unreadable(seen)]) ?? firstPutRight(seen) ?? refusal([unusable(seen.clientToRenew)]);
  if (unfit && content === 'unread') return IS_FILLED;
  return unfit ?? strategyCheck(facts) ?? { kind: 'fill', versionId, reason: 'Secrets Manager has begun a rotation' };
}

const IS_FILLED: StepAction = {
  kind: 'ask',
  question: 'pending-content',
  reason: 'a call of this step may have filled the version before',
};

function firstPutRight(seen: Found): StepAction | undefined {
  const state = classify(withoutPending(seen));
  if (state === 'at-rest') return undefined;
  if (state === 'connector-differs') return PUSH_CURRENT;
  const detail = `Not at rest (${STATES[state].meaning}): a run by schedule or API puts that right first`;
  return refuse(new RotationError('not-at-rest', detail));
}

const PUSH_CURRENT: StepAction = { kind: 'push-current', reason: 'a connector does not hold the current secret' };

function withoutPending({ pending: _, labels, ...rest }: Found): Found {
  const { pending: __, ...others } = labels;
  return { ...rest, labels: others };
}

/** Renews, checks and pushes. The step may come long after the one before: connectors may hold a third secret by then. */
function setSecret(facts: Facts): StepAction {
  const { seen, time } = facts;
  if (!isFilled(seen)) return NOT_FILLED();
  // Nothing is proven of a client that can't be used: the candidate waits for it.
  const unfit = refusal([unusable(seen.clientToRenew)]);
  if (unfit) return unfit;
  const candidate = candidateOf(seen);
  const renews = !seen.iamHoldsCandidate;
  if (renews && seen.answer.accepted && !holdOurs(seen)) return PUSH_CURRENT;
  const overlap: Overlap = overlapWanted(facts);
  const attempt = renews
    ? renewalOf(facts, { candidate, overlap, outcome: 'rotated' })
    : attemptUnderWay(facts, candidate);
  const reason = 'Secrets Manager asks to set the candidate';
  return (
    (renews ? strategyCheck(facts) : undefined) ??
    refusal([noTime(facts, timeNeededMs(time, reversible(attempt)))]) ?? { kind: 'apply', overlap, renews, reason }
  );
}

/** Promotes, plans the end of the previous secret, and clears AWSPENDING, which Secrets Manager leaves to the function. */
function finishSecret(facts: Facts, versionId: string): StepAction {
  const { seen } = facts;
  if (seen.labels.current?.id === versionId) return promotedUncleared();
  if (!isFilled(seen)) return NOT_FILLED();
  const action = refusal([unusable(seen.clientToRenew)]) ?? candidateSet(facts);
  // setSecret has proven that the IAM accepts the candidate: where it was seen once more, it need not be a third time.
  return action.kind === 'resume' && seen.iamHoldsCandidate ? { ...action, proven: true } : action;
}

function isFilled({ pending }: Observation): boolean {
  return pending?.content.kind === 'candidate';
}

/** Secrets Manager repeats the step. */
const NOT_FILLED = () =>
  refuse(new RotationError('not-at-rest', 'createSecret has not filled the version, or its value is not found yet'));
