import type { Outcome } from '../../credential/outcome.ts';
import { type Secret, sameSecret } from '../../credential/secret/secret.ts';
import { type SecretVersion, StageMovedError, VersionTakenError } from '../../ports/secret-store.ts';
import { ConnectorLedger } from './connector-ledger.ts';
import { leavesInDoubt } from './in-doubt.ts';
import type { Answers, Known } from './known.ts';
import { type Label, type SeenLabels, VersionLedger } from './version-ledger.ts';

/** What became of the write to the IAM that replaces the secret in use: never sent or refused for certain, or else. */
type Renewal = 'not-sent' | 'in-doubt' | 'answered';

/**
 * What a run has sent to its dependencies, what they answered, and what the run saw others do. Decisions and the report are
 * derived from it, so that the report tells what is known, and says so where something is not.
 */
export class Ledger implements Known {
  readonly connectors = new ConnectorLedger();
  readonly versions = new VersionLedger();
  #carriedOut = 0;
  #unanswered = 0;
  readonly #puts = new Map<string, Secret>();
  /** Fingerprints of previous secrets that this run has ended. */
  readonly #ended = new Set<string>();
  readonly #cleared = new Set<string>();
  #held: { readonly clientId: string; readonly fingerprint: string } | undefined;
  #firstSeen: ReadonlySet<string> | undefined;
  #currentId: string | undefined;
  #undisturbed: boolean | undefined;
  #pendingStands: boolean | undefined;
  #clearedForeign = false;
  #renewal: Renewal = 'not-sent';
  #iamUnanswered = false;
  #achieved: Outcome | undefined;
  #promoted = false;
  #revoked = false;
  #handedOver = false;
  #owesRenewal = false;
  #answers: Answers = {};

  /** Whether the run has changed anything; null when an unanswered write leaves that open. */
  get changed(): boolean | null {
    if (this.#carriedOut > 0) return true;
    return this.#unanswered > 0 ? null : false;
  }

  /**
   * Sends a write and notes what became of it: a success has changed something; an answer that says for certain that nothing was
   * done has changed nothing; anything else leaves that open.
   */
  async sent<T>(send: () => Promise<T>): Promise<T> {
    this.#unanswered += 1;
    try {
      const answer = await send();
      this.#carriedOut += 1;
      this.#unanswered -= 1;
      return answer;
    } catch (error) {
      if (!leavesInDoubt(error)) this.#unanswered -= 1;
      throw error;
    }
  }

  /** Sends a version to the store. Where another run has put the same one before, it is that run's. */
  async put<T extends { readonly labelled: boolean }>(
    { id, value, stage }: { id: string; value: Secret; stage: Label },
    send: () => Promise<T>,
  ): Promise<T> {
    const stood = this.#pendingStands;
    this.#puts.set(id, value);
    if (stage === 'AWSPENDING') this.#pendingStands = true;
    try {
      const answer = await this.sent(send);
      if (answer.labelled) this.versions.confirmed(id);
      else this.versions.wasTaken(id);
      return answer;
    } catch (error) {
      if (!leavesInDoubt(error)) {
        this.#puts.delete(id);
        this.#pendingStands = stood;
      }
      // Another run has put this version: a list without it is stale.
      if (error instanceof VersionTakenError) this.versions.wasTaken(id);
      throw error;
    }
  }

  hasPut(versionId: string): boolean {
    return this.#puts.has(versionId);
  }

  /** Whether a version has exactly the value that this run has put. */
  hasPutValue(versionId: string, value: Secret | undefined): boolean {
    return sameSecret(this.#puts.get(versionId), value);
  }

  /** Ids of the versions that this run has put. */
  get putIds(): readonly string[] {
    return [...this.#puts.keys()];
  }

  /** Moves AWSCURRENT, as the compare-and-swap that `send` is. */
  async promote(from: string, send: () => Promise<void>): Promise<void> {
    try {
      await this.sent(send);
    } catch (error) {
      // That it is no longer there is certain as well: a list that shows it there is stale.
      if (error instanceof StageMovedError) this.versions.wasMoved('AWSCURRENT', from);
      throw error;
    }
    this.versions.moved('AWSCURRENT', from);
  }

  /** AWSCURRENT is at a version by this run's doing, or was found there already. */
  isCurrent(versionId: string): void {
    this.#currentId = versionId;
    this.versions.isCurrent(versionId);
  }

  /** Takes AWSPENDING off a version. */
  async clear(versionId: string, send: () => Promise<void>): Promise<void> {
    try {
      await this.sent(send);
      this.versions.moved('AWSPENDING', versionId);
    } catch (error) {
      // That it is no longer there is certain as well: a list that shows it there is stale.
      if (error instanceof StageMovedError) this.versions.wasMoved('AWSPENDING', versionId);
      throw error;
    } finally {
      if (!this.#puts.has(versionId)) this.#clearedForeign = true;
    }
    this.#cleared.add(versionId);
    this.#pendingStands = false;
  }

  hasCleared(versionId: string): boolean {
    return this.#cleared.has(versionId);
  }

  /** The labels were read, and these versions with them. */
  sawLabels(labels: SeenLabels, versions: readonly SecretVersion[] = []): void {
    this.#pendingStands = labels.pending !== undefined;
    this.versions.saw(labels, versions);
  }

  /**
   * A version carried AWSPENDING when the labels were read last, or may carry it by this run's doing; undefined before the labels
   * were read.
   */
  get pendingStands(): boolean | undefined {
    return this.#pendingStands;
  }

  /** Whether the versions have been looked at before. */
  get hasLooked(): boolean {
    return this.#firstSeen !== undefined;
  }

  /**
   * Notes the versions at the first look. Each later look tells whether anybody else has changed them since.
   *
   * @param undisturbed at the first look: nothing had changed within the last lease
   */
  sawVersions(versions: readonly SecretVersion[], currentId: string | undefined, undisturbed?: boolean): void {
    if (!this.#firstSeen) {
      this.#firstSeen = new Set(versions.map(({ id }) => id));
      this.#currentId = currentId;
      this.#undisturbed = undisturbed;
    }
    const foreign = versions.some(({ id }) => !this.#firstSeen?.has(id) && !this.#puts.has(id));
    if (foreign || currentId !== this.#currentId) this.#undisturbed = false;
  }

  /** Labels moved that another run may have moved: from then on this run begins nothing. */
  sawForeignChange(): void {
    this.#undisturbed = false;
  }

  get undisturbed(): boolean | undefined {
    return this.#undisturbed;
  }

  get mayBegin(): boolean {
    return this.#undisturbed === true && !this.#clearedForeign && !this.#iamUnanswered;
  }

  /** An attempt begins: its secret has not been sent to the IAM. */
  attemptBegins(): void {
    this.#renewal = 'not-sent';
  }

  /** Sends the write to the IAM that replaces the secret in use. */
  async renew<T>(send: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.sent(send);
      this.#renewal = 'answered';
      return answer;
    } catch (error) {
      if (leavesInDoubt(error)) {
        this.#iamUnanswered = true;
        if (this.#renewal === 'not-sent') this.#renewal = 'in-doubt';
      }
      throw error;
    }
  }

  get renewal(): Renewal {
    return this.#renewal;
  }

  /** A write to the IAM was sent and not answered: it may still be carried out. */
  get iamUnanswered(): boolean {
    return this.#iamUnanswered;
  }

  /** The unanswered write has been seen to be carried out, or can't be carried out any more. */
  iamSettled(): void {
    this.#iamUnanswered = false;
  }

  /** The run has ended a previous secret in the IAM, and proven that the IAM refuses it. */
  ended(fingerprint: string): void {
    this.#ended.add(fingerprint);
  }

  hasEnded(fingerprint: string): boolean {
    return this.#ended.has(fingerprint);
  }

  /** The IAM was seen to hold the secret that this run has promoted. */
  sawHeld(clientId: string, fingerprint: string): void {
    this.#held = { clientId, fingerprint };
  }

  /** Whether the IAM shows another secret of a client than the one that this run has promoted: the answer may be late. */
  mayBeLate(clientId: string, fingerprint: string): boolean {
    return this.#held?.clientId === clientId && this.#held.fingerprint !== fingerprint;
  }

  /** What the run has achieved. */
  achieve(outcome: Outcome): void {
    this.#achieved = outcome;
  }

  get achieved(): Outcome | undefined {
    return this.#achieved;
  }

  /** The run has moved AWSCURRENT to a new secret, or has found it moved to its own. */
  rotationDone(): void {
    this.#promoted = true;
  }

  get promoted(): boolean {
    return this.#promoted;
  }

  /** The previous secret was ended, and is proven to be refused. */
  revoke(): void {
    this.#revoked = true;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Secrets Manager carries the rotation out. */
  handOver(): void {
    this.#handedOver = true;
  }

  get handedOver(): boolean {
    return this.#handedOver;
  }

  /** What was adopted is to be renewed by this run, or is not (any more). */
  oweRenewal(owes: boolean): void {
    this.#owesRenewal = owes;
  }

  get owesRenewal(): boolean {
    return this.#owesRenewal;
  }

  /** A question of a decision was answered. */
  answered(answers: Answers): void {
    this.#answers = { ...this.#answers, ...answers };
  }

  /** The run observes anew: answers to questions about the last observation are out of date. */
  observesAnew(): void {
    this.#answers = {};
  }

  get answers(): Answers {
    return this.#answers;
  }
}
