import type { CredentialDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import { isProven } from '../../credential/proof.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { type Secret, sameSecret } from '../../credential/secret/secret.ts';
import type { Connector, ConnectorConfiguration } from '../../ports/connector.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Submission } from '../../ports/inbox.ts';
import type { SecretVersion } from '../../ports/secret-store.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import type { Pending } from './pending.ts';

/** The labels and version ids of one answer of Secrets Manager. */
export interface Labels {
  readonly versions: readonly SecretVersion[];
  readonly current?: SecretVersion;
  readonly previous?: SecretVersion;
  readonly pending?: SecretVersion;
}

/** A connector as it was read, or why it could not be. */
export type ConnectorView = { readonly connector: Connector } & (
  | { readonly configuration: ConnectorConfiguration; readonly error?: never }
  | { readonly configuration?: never; readonly error: RotationError }
);

/** A version and the credential document in it. */
export interface StoredDocument {
  readonly id: string;
  readonly createdAt: Date;
  readonly document: CredentialDocument;
}

/** The version in AWSPENDING. */
export interface PendingVersion {
  readonly id: string;
  readonly createdAt: Date;
  /** Whether this run has put it. */
  readonly own: boolean;
  /** `unread` where nobody needs it. */
  readonly content: Pending | { readonly kind: 'unread' };
}

/** Connectors and labels: what retire looks at. */
export interface Look {
  readonly connectors: readonly ConnectorView[];
  readonly labels: Labels;
}

/** Everything that a decision rests on. */
export interface Observation extends Look {
  /** The document in AWSCURRENT: absent at the first run. */
  readonly current?: StoredDocument;
  /** Absent when no version, or the current one, is labelled AWSPENDING. */
  readonly pending?: PendingVersion;
  /** The IAM's client that the current document is about; at the first run, the one that the connectors use. */
  readonly clientInUse: IamClient;
  /**
   * The client that the pending version is about; without one, the client that a rotation would renew. It differs from the client
   * in use only where two clients alternate.
   */
  readonly clientToRenew: IamClient;
  /** The token endpoint's answer to the current document; at the first run, to what the IAM holds. */
  readonly answer: TokenResult;
  /** Whether the IAM holds and accepts the candidate. */
  readonly iamHoldsCandidate: boolean;
  /** What a person has submitted, where only a person can change the IAM. Absent when the inbox is empty. */
  readonly submission?: SubmissionView;
}

/** A submitted secret, and whose it is. */
export interface SubmissionView extends Submission {
  /** The client for which the IAM accepts it; absent when it accepts it for none. */
  readonly acceptedFor?: string;
}

/** An observation of a credential that has a current document. */
export type Found = Observation & { readonly current: StoredDocument };

/** Whether the client to renew is not the one in use. */
export function alternates({ clientInUse, clientToRenew }: Observation): boolean {
  return clientToRenew.clientId !== clientInUse.clientId;
}

/** @throws {RotationError} `internal-error` at a first run: a decision must not get here */
export function found(seen: Observation): Found {
  if (seen.current) return { ...seen, current: seen.current };
  throw new RotationError('internal-error', 'There is no current document');
}

/** Whether a connector is known, by the proof that the settings ask for, to hold exactly this document in all sections of ours. */
export function holds({ connector, configuration }: ConnectorView, document: CredentialDocument): boolean {
  if (!configuration || !isProven(configuration.proof, connector.proof)) return false;
  return matches(configuration, document);
}

/** Whether all sections of ours have exactly this document, however that is known. */
export function matches({ sections }: ConnectorConfiguration, document: CredentialDocument): boolean {
  const fingerprint = secretFingerprint(document.clientSecret);
  return sections.every(
    ({ clientId, secretFingerprint: held }) => clientId === document.clientId && held === fingerprint,
  );
}

/**
 * Whether nothing is to be done about a connector as things are: it holds the current document, a person was asked to enter that, or
 * it can't be read. Whoever was asked to enter another version may have done so, and is asked to enter this one.
 */
export function isSettled(view: ConnectorView, { id, document }: Pick<StoredDocument, 'id' | 'document'>): boolean {
  if (view.error !== undefined || isHandedOver(view, id)) return true;
  return holds(view, document) && view.configuration.handedOver === undefined;
}

/** Whether a person was asked to enter a version in a connector, and has not said yet that it was done. */
export function isHandedOver({ configuration }: ConnectorView, versionId: string): boolean {
  return configuration?.handedOver?.versionId === versionId;
}

/** Whether every connector that could be read holds the current document or the candidate: a renewal ends no other secret in use. */
export function holdOurs({ connectors, current, pending }: Found): boolean {
  const candidate = pending?.content.kind === 'candidate' ? pending.content.document : undefined;
  return connectors.every(
    (view) => view.error || holds(view, current.document) || (candidate !== undefined && holds(view, candidate)),
  );
}

/** Whether a secret is the client's in the IAM: the current one, or one that is kept beside it. */
export function isHeld({ secret: held, previous }: IamClient, secret: Secret): boolean {
  return sameSecret(held, secret) || sameSecret(previous?.secret, secret);
}

/** Whether the IAM keeps a previous secret and still accepts it. */
export function overlapActive({ previous, secret }: IamClient, now: Date): boolean {
  return previous !== undefined && !sameSecret(previous.secret, secret) && previous.validUntil > now;
}

/** Whether the IAM keeps a secret beside its current one. A read tells; a token request can't tell the two apart. */
export function keepsBeside(client: IamClient, clientSecret: Secret, now: Date): boolean {
  return overlapActive(client, now) && sameSecret(client.previous?.secret, clientSecret);
}

/** When the IAM itself ends the secret of a document, as far as the document's client tells; undefined where it does not. */
export function endInIam(client: IamClient, { clientId, clientSecret }: CredentialDocument): Date | undefined {
  if (client.clientId !== clientId) return undefined;
  const { secret, previous, secretExpiresAt } = client;
  if (sameSecret(secret, clientSecret)) return secretExpiresAt;
  return sameSecret(previous?.secret, clientSecret) ? previous?.validUntil : undefined;
}

/** Whether two documents are the same client with the same secret. */
export function sameCredential(one: CredentialDocument | undefined, other: CredentialDocument): boolean {
  return one?.clientId === other.clientId && sameSecret(one.clientSecret, other.clientSecret);
}

/** The candidate in AWSPENDING. */
export interface Candidate {
  readonly id: string;
  readonly document: CredentialDocument;
}

/** @throws {RotationError} `internal-error` when AWSPENDING holds no candidate */
export function candidateOf({ pending }: Observation): Candidate {
  if (pending?.content.kind !== 'candidate') throw new RotationError('internal-error', 'There is no candidate');
  return { id: pending.id, document: pending.content.document };
}
