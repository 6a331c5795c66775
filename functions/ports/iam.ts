import type { Secret } from '../credential/secret/secret.ts';

/** An OAuth client as the IAM holds it now. */
export interface IamClient {
  /** The IAM's own id of the client. */
  readonly id: string;
  readonly clientId: string;
  /** The current secret. A token request can't tell it from one that is kept for an overlap. */
  readonly secret: Secret;
  /** The secret that is kept beside the current one, as far as it is still accepted. */
  readonly previous?: { readonly secret: Secret; readonly validUntil: Date };
  /** When the IAM will refuse the current secret (and the previous one with it). */
  readonly secretExpiresAt?: Date;
  /** Why the client can't make client-credentials requests with a secret at all; undefined when it can. */
  readonly fault?: string;
  /** Switches that a write repeats as they were read: the IAM takes their absence for a change. For the adapter alone. */
  readonly keep?: Readonly<Record<string, unknown>>;
}

/** What a client's secret is to become. */
export interface SecretChange {
  readonly secret: Secret;
  /** The secret that stays valid beside it. Absent: none does. */
  readonly previous?: { readonly secret: Secret; readonly validUntil: Date };
}

/** What an IAM can be asked to do. Where it can do nothing, a person does it, and token requests tell what it holds. */
interface IamCapabilities {
  /** A client, its secret included, can be read. */
  readonly read: boolean;
  /** A secret can be set, and a previous one ended. */
  readonly set: boolean;
  /** The IAM can be told to make a secret. */
  readonly regenerate: boolean;
  /** The IAM can be asked to keep the previous secret, as far as its policies allow. */
  readonly overlap: boolean;
}

/**
 * The administration of one realm's clients. A success is not a proof: read the client and request a token afterwards. A write
 * changes the secret and what belongs to it, and nothing else of the client, whatever was changed there since it was read. The one
 * exception is `keep`: hand over a client that was read just before, and read it anew for a repeat or an undo.
 * All methods throw a RotationError `iam-*`; `iam-timeout` and `iam-unavailable` leave open whether a write was carried out. A write
 * that the capabilities don't offer is refused as `internal-error`, and changes nothing: no run asks for one.
 */
export interface Iam {
  readonly capabilities: IamCapabilities;

  /**
   * Gets what the other methods get in with, so that they need not wait for it. Changes nothing, and never throws: what went wrong is
   * told by whatever is asked for next.
   */
  signIn(): Promise<void>;

  /**
   * Finds a client by its exact Client ID. Reads may be repeated inside.
   *
   * @param known secrets that may be the client's, the likeliest first. An IAM that can't be read is asked for a token with each of
   *   them: the first that is accepted is the client's secret, and another one is kept beside it; with none it is empty.
   *   @default - none
   * @throws {RotationError} `client-not-found` when there is none, also when only the case differs. An IAM that can't be read can't tell
   *   that from a client whose secret is unknown
   */
  find(clientId: string, known?: readonly Secret[]): Promise<IamClient>;

  /**
   * Lets the IAM keep the client's previous secret at the next change, where the IAM can do that. Harmless, also several at once, and
   * repeated inside, but only while no previous secret is alive: an IAM that can't overlap drops it.
   */
  prepareOverlap(client: IamClient): Promise<void>;

  /**
   * Prepares the overlap, and asks the IAM whether it would keep a previous secret valid. Harmless, also several at once, and repeated inside, but only
   * while no previous secret is alive: an IAM that can't overlap drops it. In a replicated IAM a node that lags shows what was there before:
   * whatever doesn't show this call's own write takes a few looks.
   */
  probeOverlap(client: IamClient): Promise<boolean>;

  /** Sets the secret. Idempotent; sent once, never repeated inside. */
  setSecret(client: IamClient, change: SecretChange): Promise<void>;

  /**
   * Lets the IAM make a new secret. Not idempotent: a second call ends the secret that the first one gave. Sent once.
   *
   * @returns the new secret
   */
  regenerate(client: IamClient): Promise<Secret>;

  /**
   * Leaves exactly `client.secret` as the one valid secret: it names what stays, so that a secret which somebody set since the
   * client was read is ended, and the one that connectors hold is not. Idempotent; sent once.
   */
  endPrevious(client: IamClient): Promise<void>;
}
