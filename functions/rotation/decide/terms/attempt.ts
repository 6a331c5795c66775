import type { CredentialDocument } from '../../../credential/document.ts';
import { durationMs } from '../../../credential/duration.ts';
import type { Outcome } from '../../../credential/outcome.ts';
import { sameSecret } from '../../../credential/secret/secret.ts';
import { type Credential, secretMaker } from '../../../credential/settings/credential.ts';
import type { IamClient, SecretChange } from '../../../ports/iam.ts';
import {
  alternates,
  type Candidate,
  type ConnectorView,
  type Found,
  type Labels,
  type StoredDocument,
  sameCredential,
} from '../../observe/observation.ts';
import { FORWARD, needsMs, type TimeLeft, UNDO } from '../../run/budget.ts';
import type { Overlap, Plan } from './action.ts';
import { overlapUnderWay } from './checks.ts';

const DAY_MS = 86_400_000;
/** How much longer than grace the IAM itself keeps the previous secret. */
const BEYOND_GRACE_MS = 7 * DAY_MS;

/** A candidate, and all that is needed to make it the current document or to take it back. */
export interface Attempt {
  readonly labels: Labels;
  readonly current: StoredDocument;
  readonly candidate: Candidate;
  /** The client that the candidate is about. */
  readonly client: IamClient;
  /** The client in use, as it was seen before any change: another one where clients alternate. */
  readonly clientInUse: IamClient;
  /** Connectors that the run writes itself. */
  readonly connectors: readonly ConnectorView[];
  /** Connectors into which a person enters the secret, once it is current. */
  readonly attended: readonly ConnectorView[];
  readonly overlap: Overlap;
  /** What the IAM holds is adopted or repaired: there is no strategy. */
  readonly adopts?: true;
  /** The write to the IAM; absent when the IAM holds the candidate already. */
  readonly change?: SecretChange;
  /** The IAM was proven before to hold and accept the candidate, and the observation has seen it again. */
  readonly proven?: true | undefined;
  /** The current secret was accepted before: where the strategy keeps it, it has to be accepted afterwards. */
  readonly currentWasAccepted: boolean;
  readonly undoScope: UndoScope;
  /** What the run has achieved once the candidate is current. */
  readonly outcome: Outcome;
}

/**
 * What an undo gives back: the IAM's secret, the connectors' and the label (`everything`); all but the IAM's, where the IAM has to
 * stay as it is (`all-but-iam`); or nothing, where the old secret can't be had again (`nothing`).
 */
export type UndoScope = 'everything' | 'all-but-iam' | 'nothing';

/** What an attempt is made from. */
export interface AttemptFacts {
  readonly credential: Credential;
  readonly seen: Found;
  readonly now: Date;
}

/**
 * Expiry that the previous secret is given in the IAM. `retire` normally ends it earlier; this applies if `retire` never runs.
 *
 * @param now the function's own time
 */
export function iamExpiry({ grace }: Pick<Credential, 'grace'>, now: Date): Date {
  return new Date(now.getTime() + durationMs(grace) + BEYOND_GRACE_MS);
}

/** The attempt that sets a candidate beside, or in place of, the current secret. */
export function renewalOf(
  facts: AttemptFacts,
  { candidate, overlap, outcome }: Plan & { readonly candidate: Candidate },
): Attempt {
  const { seen } = facts;
  // A copy of the current document, which a repair had journaled: the secret stays, so there is none to end.
  const repairs = sameCredential(candidate.document, seen.current.document);
  return {
    ...baseOf(seen),
    candidate,
    overlap: repairs ? 'none' : overlap,
    client: seen.clientToRenew,
    change: changeFor(facts, { document: candidate.document, overlap }),
    undoScope: alternates(seen) ? 'all-but-iam' : 'everything',
    outcome: repairs ? 'repaired' : outcome,
  };
}

/** The attempt that another run, or an earlier step, has brought as far as the IAM. */
export function attemptUnderWay(facts: AttemptFacts, candidate: Candidate): Attempt {
  const overlap = overlapUnderWay(facts);
  const { change: _, ...attempt } = renewalOf(facts, { candidate, overlap, outcome: 'rotated' });
  const irrevocable = secretMaker(facts.credential) !== 'rotator' && attempt.undoScope === 'everything';
  return irrevocable ? { ...attempt, undoScope: 'nothing' } : attempt;
}

/** The attempt whose secret the IAM has made: the client in use can't be given its old secret back. */
export function regenerationOf(seen: Found, { candidate, ...plan }: Plan & { readonly candidate: Candidate }): Attempt {
  const undoScope = alternates(seen) ? 'all-but-iam' : 'nothing';
  return { ...baseOf(seen), ...plan, candidate, client: seen.clientToRenew, undoScope };
}

/** The attempt that makes current what the IAM holds. The IAM keeps its secret, whatever happens. */
export function adoptionOf(seen: Found, candidate: Candidate, change?: SecretChange): Attempt {
  return {
    ...baseOf(seen),
    candidate,
    client: seen.clientInUse,
    overlap: 'where-possible',
    adopts: true,
    undoScope: 'all-but-iam',
    outcome: 'repaired',
    ...(change && { change }),
  };
}

/**
 * The attempt that makes current what a person has made and submitted. Where the current secret is refused already nothing can be
 * taken back: the attempt goes forward.
 */
export function submissionOf(seen: Found, candidate: Candidate, client: IamClient): Attempt {
  const alternating = candidate.document.clientId !== seen.current.document.clientId;
  return {
    ...baseOf(seen),
    candidate,
    client,
    overlap: alternating ? 'required' : 'where-possible',
    undoScope: seen.answer.accepted ? 'all-but-iam' : 'nothing',
    outcome: 'rotated',
  };
}

/** The write that makes an expired secret valid again: the same secret, since every write carries a new expiry. */
export function revival({ secret, previous }: IamClient): SecretChange {
  return previous ? { secret, previous } : { secret };
}

function baseOf({ labels, current, connectors, answer, clientInUse }: Found) {
  const isAttended = ({ connector }: ConnectorView) => connector.attended;
  return {
    labels,
    current,
    clientInUse,
    connectors: connectors.filter((view) => !isAttended(view)),
    attended: connectors.filter(isAttended),
    currentWasAccepted: answer.accepted,
  };
}

/** With `auto` the previous secret is sent along in any case: an IAM that can't keep it drops it. */
function changeFor(
  { credential, seen, now }: AttemptFacts,
  { document, overlap }: { readonly document: CredentialDocument; readonly overlap: Overlap },
): SecretChange {
  const { clientInUse, current } = seen;
  const secret = document.clientSecret;
  if (overlap === 'none' || alternates(seen)) return { secret };
  const old = current.document.clientSecret;
  const previous = sameSecret(old, secret)
    ? clientInUse.previous
    : { secret: old, validUntil: iamExpiry(credential, now) };
  return previous ? { secret, previous } : { secret };
}

/** The part of an attempt that decides how much time it needs. */
export interface Reversible {
  readonly overlap: Overlap;
  readonly undoScope: UndoScope;
  readonly adopts?: true | undefined;
  /** Whether the IAM is written. */
  readonly renews: boolean;
}

/** The part of an attempt that decides how much time it needs. */
export function reversible({ overlap, undoScope, adopts, change }: Attempt): Reversible {
  return { overlap, undoScope, adopts, renews: change !== undefined };
}

/**
 * Whether time is kept for an undo. With an overlap nobody is cut off by a run that ends half-way; what was adopted, or can't be
 * taken back, is pushed as far as time allows.
 */
export function keepsTimeForUndo({ overlap, undoScope, adopts }: Omit<Reversible, 'renews'>): boolean {
  return overlap !== 'required' && undoScope !== 'nothing' && !adopts;
}

/** Milliseconds that have to be left before the IAM is changed: to go forward, and where that may fail to go back. */
export function timeNeededMs(time: TimeLeft, attempt: Reversible): number {
  const forward = needsMs(time, FORWARD);
  if (!keepsTimeForUndo(attempt)) return forward;
  const unanswered = attempt.renews ? 2 * time.httpTimeoutMs : 0;
  return forward + needsMs(time, UNDO) + unanswered;
}
