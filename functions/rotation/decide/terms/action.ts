import type { RotationError } from '../../../credential/errors.ts';
import type { Failure, Outcome } from '../../../credential/outcome.ts';

/**
 * Whether the current secret stays valid beside the candidate: it has to (`required`); it does where the IAM can do it, and only a
 * look after the change tells (`where-possible`); or it does not (`none`).
 */
export type Overlap = 'required' | 'where-possible' | 'none';

/** What a decision about a rotation needs to know and an observation does not tell. */
export type RotationQuestion = 'overlap' | 'previous-document' | 'same-versions' | 'held-secret' | 'pending-content';

/** The same for a decision about a retire. */
export type RetireQuestion = 'still-current' | 'retire-documents' | 'pending-content';

/** Finds something out. The decision is taken again with the answer. */
interface Ask<Question> {
  readonly kind: 'ask';
  readonly question: Question;
}

/** How a rotation is to be carried out, and what it will have been. */
export interface Plan {
  readonly overlap: Overlap;
  readonly outcome: Extract<Outcome, 'rotated' | 'repaired'>;
}

/** One thing to do. An action holds no secret: it can be printed. */
type Kinds =
  /** Ends the run: nothing is left to do, or nothing may be done. `note` is told in the report. */
  | { readonly kind: 'rest'; readonly outcome: Outcome; readonly failure?: Failure; readonly note?: string }
  /** Leaves everything to a run that may be alive. */
  | { readonly kind: 'back-off'; readonly failure: RotationError }
  /** Ends the run with a failure. */
  | { readonly kind: 'refuse'; readonly failure: RotationError }
  | Ask<RotationQuestion>
  /** Renews the secret by one that the run makes, or by the previous one. */
  | ({ readonly kind: 'begin'; readonly candidate: 'new' | 'previous' } & Plan)
  /** Lets the IAM make a new secret. */
  | ({ readonly kind: 'regenerate' } & Plan)
  /** Makes the secret that the IAM has made, and nobody has stored, the candidate. */
  | { readonly kind: 'store-regenerated'; readonly overlap: Overlap }
  /** Carries a rotation that was begun to its end; with `renews` the IAM does not hold the candidate yet; with
   * `proven` an earlier step has seen that the IAM accepts it, and so has the observation. */
  | { readonly kind: 'resume'; readonly overlap: Overlap; readonly renews: boolean; readonly proven?: true }
  /** Makes the secret that somebody set in the IAM the current one; with `revives` its expiry has passed. */
  | { readonly kind: 'adopt'; readonly revives: boolean; readonly renewsAfter: boolean }
  /** Sets the current secret, whose expiry has passed, once more. */
  | { readonly kind: 'revive' }
  /** Gives the current document to every connector that can be reached and holds something else. */
  | { readonly kind: 'push-current' }
  /** Pushes what is promoted where it is missing, and clears AWSPENDING. */
  | { readonly kind: 'finish' }
  /** Takes AWSPENDING off a version that nothing will come of. */
  | { readonly kind: 'clear'; readonly versionId: string }
  /** Asks a person to refresh the secret in the IAM and to submit it. With a failure somebody has to look at it at once. */
  | { readonly kind: 'await-person'; readonly versionId: string; readonly failure?: RotationError }
  /** Makes what a person has submitted, and the IAM accepts, the current secret. */
  | { readonly kind: 'adopt-submission' }
  /** Empties the inbox of what can't become the current secret. */
  | { readonly kind: 'refuse-submission'; readonly failure: RotationError }
  /** Empties the inbox of what has become the current secret. */
  | { readonly kind: 'empty-inbox' }
  /** Ends the previous secret before its grace is over, since another rotation is to begin. */
  | { readonly kind: 'end-grace' }
  /** Plans the end of a previous secret that the IAM keeps, though its grace is over. */
  | { readonly kind: 'plan-end'; readonly versionId: string }
  /** Ends the previous secret at once, since it is known to others. */
  | { readonly kind: 'revoke-previous'; readonly versionId: string }
  /** Ends the previous secret that a dead retire was about, and clears its intent. */
  | { readonly kind: 'finish-retire'; readonly versionId: string; readonly intentId: string }
  /** Ends the previous secret after its grace. */
  | { readonly kind: 'retire'; readonly versionId: string }
  /** Lets Secrets Manager rotate by its own four steps. */
  | { readonly kind: 'hand-over' }
  /** Stores the very first document. */
  | { readonly kind: 'store-first'; readonly renewsAfter: boolean }
  /** Fills the version that RotateSecret has made with a candidate. */
  | { readonly kind: 'fill'; readonly versionId: string }
  /** Renews, checks and pushes the candidate, and leaves the promote to another step. */
  | { readonly kind: 'apply'; readonly overlap: Overlap; readonly renews: boolean };

/** One thing to do, and why. */
type Action = Kinds & {
  /** In plain words, for people. */
  readonly reason: string;
  /** Everything was seen to be at rest: a failure of this action leaves what the run has achieved. */
  readonly atRest?: boolean;
};

/** What a rotation can do. */
export type RotationAction = Exclude<Action, { kind: 'retire' | 'fill' | 'apply' }>;

/** What one of Secrets Manager's steps can do. */
export type StepAction = Exclude<Action, { kind: 'retire' }>;

/** What a retire can do. */
export type RetireAction =
  | ActionOf<'rest' | 'refuse' | 'clear' | 'retire'>
  | (Ask<RetireQuestion> & Pick<Action, 'reason'>);

/** An action of one kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;
