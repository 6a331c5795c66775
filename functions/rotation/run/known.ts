import type { CredentialDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import type { Outcome } from '../../credential/outcome.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';

/** Answers to questions that a decision has asked since the last observation. */
export interface Answers {
  /** Whether the IAM would keep the previous secret beside a new one; `prepared` where only a look after the change tells. */
  readonly overlap?: boolean | 'prepared';
  /** The document in AWSPREVIOUS: `none` without one, or why the value can't be used. */
  readonly previousDocument?: CredentialDocument | 'none' | RotationError;
  /** The end of a previous secret that has outlived its grace was planned. */
  readonly endPlanned?: true;
  /** The labels were read once more, and are as they were. */
  readonly sameVersions?: true;
  /** The token endpoint's answer to the secret that the IAM holds. */
  readonly heldSecret?: TokenResult;
  /** AWSCURRENT was looked at for so long that an answer which is merely old would have shown. */
  readonly stillCurrent?: true;
  /** Of a retire: the document whose secret is to be ended, and the one that stays. */
  readonly retireDocuments?: { readonly old: CredentialDocument; readonly current: CredentialDocument };
  /** What kind of content AWSPENDING has. */
  readonly pendingContent?: 'candidate' | 'regenerate' | 'retire' | 'empty';
}

/** The previous document, where there is one that can be used. */
export function usableDocument(previous: Answers['previousDocument']): CredentialDocument | undefined {
  return previous === undefined || previous === 'none' || previous instanceof RotationError ? undefined : previous;
}

/** The part of the ledger that decisions rest on. */
export interface Known {
  /** What the run has achieved so far. */
  readonly achieved?: Outcome | undefined;
  /** The run has moved AWSCURRENT to a new secret: it begins no other rotation. */
  readonly promoted: boolean;
  /** The previous secret was ended, and is proven to be refused. */
  readonly revoked: boolean;
  /** The rotation was handed over to Secrets Manager: this run begins no other one. */
  readonly handedOver: boolean;
  /** A secret that a person saw was adopted: the run renews it, due or not. */
  readonly owesRenewal: boolean;
  /** Nobody but this run has changed the secret since a lease before the first look; undefined before that look. */
  readonly undisturbed: boolean | undefined;
  /** Whether a rotation may begin: undisturbed, no version of another run cleared, and every write of the IAM answered. */
  readonly mayBegin: boolean;
  /** Whether this run has put a version. */
  hasPut(versionId: string): boolean;
  /** Whether this run has taken AWSPENDING off a version. */
  hasCleared(versionId: string): boolean;
  readonly answers: Answers;
}
